"""Magento's REST API: who may ask what, how lists are searched, what is answered."""
