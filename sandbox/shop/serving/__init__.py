"""A demo shop behind HTTP: its server, its pages, what a test may do to it, its process."""
