"""Shop, ledger and Xero, compared."""
