"""The demo shop's REST API: its addresses, lists, records and writes."""
