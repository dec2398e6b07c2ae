"""Customers as contacts."""
