"""What writes quotas, cells, answers and nominations."""
