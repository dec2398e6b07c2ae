"""Pages on orders and what became of them."""
