"""What nobody knows the fate of, looked up in Xero."""
