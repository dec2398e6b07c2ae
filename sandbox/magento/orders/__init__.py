"""Orders in Magento's JSON: made up, reckoned, and what happens to them."""
