"""The log-in at Xero, and its tokens."""
