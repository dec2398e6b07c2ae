"""What a shop said, in one form for all shops: pure."""
