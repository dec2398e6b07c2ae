"""What was received, and by what."""
