"""Pages of the reading side."""
