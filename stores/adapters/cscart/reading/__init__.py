"""Reading CS-Cart shops: orders, what is sold, who buys, and what the shop is."""
