"""A stand-in Xero and demo shops, over real HTTP, with arithmetic of their own."""
