"""What orders showed that a mapping must know: methods, taxes, rows, statuses."""
