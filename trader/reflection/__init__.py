"""9 what was said against what happened: outcomes by code, lessons with evidence, scorecards."""
