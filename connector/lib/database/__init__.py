"""What tables of work have in common: claims, many changes in one statement, and deadlocks."""
