"""Which documents in Xero are of an order, though they were not posted from here."""
