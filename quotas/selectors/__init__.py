"""Reading quotas, cells, answers and rosters: a constant number of queries, whatever the number of units."""
