"""The play account and the matching engine."""
