"""The connector's add-on in the demo shop: its signed calls, as its protocol has them."""
