"""The kinds of files that quotas take in: a unit's own workbook, and tables of units × quotas."""
