"""What an order still needs, given what stands."""
