"""What pages are built of, on the side of Python: forms, pickers, rows, ways, questions."""
