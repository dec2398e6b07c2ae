"""What is sold, as items."""
