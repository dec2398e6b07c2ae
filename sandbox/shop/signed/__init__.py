"""What the connector's packages inside shops share: keys and signatures, parameters, the door of
signed calls, and the shop's own calls."""
