"""Reading the money: the table that page, appendix and text share, and the norm sets."""
