"""Documents of ours that stand in Xero, and that this database has forgotten."""
