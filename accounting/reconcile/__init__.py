"""Whether shop, ledger and Xero agree."""
