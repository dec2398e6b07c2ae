"""Stock levels, brought together in one direction."""
