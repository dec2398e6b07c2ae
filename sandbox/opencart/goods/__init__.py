"""What the shop sells, which taxes are on it, where it is sold."""
