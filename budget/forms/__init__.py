"""Forms of the budget: a line with its costs, a removal, a decision."""
