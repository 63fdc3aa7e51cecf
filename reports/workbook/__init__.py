"""The whole plan as one documented workbook: which sheets it has, written, read, and explained."""

from reports.workbook.sheets import READ_FIRST, SHEETS, sheets_of

__all__ = ["READ_FIRST", "SHEETS", "sheets_of"]
