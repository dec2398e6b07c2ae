"""Orders that are due, built and written into the outbox."""
