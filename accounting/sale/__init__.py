"""One order as documents."""
