"""What was sold, as lines that sum to the cent."""
