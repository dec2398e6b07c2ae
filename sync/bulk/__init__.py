"""One thing that a person has done to all orders that fit, however many, while nobody waits."""
