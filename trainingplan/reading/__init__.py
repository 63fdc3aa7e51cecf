"""Files that come from outside, read in a child process with limits into plain values. Knows nothing of Django."""

from trainingplan.reading.book import Book, CellError, FormulaWithoutValue, Merge, Sheet, Unreadable
from trainingplan.reading.process import read_book

__all__ = ["Book", "CellError", "FormulaWithoutValue", "Merge", "Sheet", "Unreadable", "read_book"]
