"""What is written about an order: invoices, shipments, credit memos, and what they book."""
