"""The parts of the product that run side by side: their command lines, the family of processes
that they are, their ports, and the small broker of one box."""
