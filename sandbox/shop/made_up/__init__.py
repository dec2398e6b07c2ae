"""Customers, what they buy, and what becomes of it: made up from a seed, on no platform."""
