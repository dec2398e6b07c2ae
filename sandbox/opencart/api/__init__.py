"""What the connector's extension answers: PROTOCOL.md of the adapter, version 1."""
