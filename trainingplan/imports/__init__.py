"""Bringing files in: kinds of files, their preview, what was applied as a batch, and its undo."""
