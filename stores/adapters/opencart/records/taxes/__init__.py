"""Which tax was on which line of an order, told by amounts: pure."""
