"""What shops say, kept as it came."""
