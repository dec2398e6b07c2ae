"""A store's rules, and the look-ups over them: pure."""
