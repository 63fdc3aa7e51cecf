"""The arithmetic of the money on plain data: đồng, percentages, levels of a resolution, estimates."""
