"""Writing the money: lines with their estimates and sources, and their states."""
