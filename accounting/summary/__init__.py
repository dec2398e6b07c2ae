"""A day's orders as one document."""
