"""What must stand in the books for an order: pure."""
