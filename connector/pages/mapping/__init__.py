"""Pages on how orders are mapped."""
