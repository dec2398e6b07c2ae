"""The only code that calls Xero."""
