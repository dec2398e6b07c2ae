"""What organisations of each of Xero's editions begin with: charts and tax rates, as data."""
