"""The local copy of what Xero has."""
