"""What writes in the kernel."""
