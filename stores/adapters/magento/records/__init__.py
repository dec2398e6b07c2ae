"""What Magento's records say, in canonical form: pure."""
