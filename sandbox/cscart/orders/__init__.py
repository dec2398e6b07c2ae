"""Orders of the demo shop: what they come to, and the rows that are kept of them."""
