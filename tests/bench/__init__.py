"""Measures the speed of the product beside that of named peers: `python -m tests.bench`."""
