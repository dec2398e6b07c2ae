"""Log-in and identity: consent, codes, tokens, connections."""
