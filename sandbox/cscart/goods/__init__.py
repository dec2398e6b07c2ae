"""What the demo shop sells, and how it is taxed, paid and sent."""
