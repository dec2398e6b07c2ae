"""Documents as rows, and rows as documents."""
