"""Saving a document: a module for each kind that Xero keeps."""
