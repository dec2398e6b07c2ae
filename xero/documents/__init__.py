"""Xero's documents, their lines and payloads: pure."""
