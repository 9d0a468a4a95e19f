"""The red button, and what goes on until nothing is left. No model, no scheduler in its path (promise 3)."""
