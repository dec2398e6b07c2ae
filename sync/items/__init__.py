"""Products as items."""
