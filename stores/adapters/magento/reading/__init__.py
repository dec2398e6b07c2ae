"""Which records are asked of a Magento shop, and how."""
