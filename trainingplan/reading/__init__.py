"""Files that come from outside, read in a child process with limits into plain values. Knows nothing of Django."""
