"""What Xero takes of a document, piece by piece, and what it comes to."""
