"""Pure rules of the reading side: what differs between two versions of a plan."""
