"""Files as nobody honest, or no careful program, would send them."""
