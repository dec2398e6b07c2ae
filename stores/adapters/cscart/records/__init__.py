"""CS-Cart's JSON to canonical orders, products and customers: pure."""
