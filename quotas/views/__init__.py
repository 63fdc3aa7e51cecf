"""Pages of quotas: the unit's grid, the Board's grid, and what they send and take."""
