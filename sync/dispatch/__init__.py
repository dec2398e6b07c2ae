"""Requests to Xero: gathered, sent, settled."""
