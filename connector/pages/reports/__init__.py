"""Pages that compare shop and books."""
