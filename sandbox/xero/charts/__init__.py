"""The charts and tax rates with which organisations of each of Xero's editions begin."""
