"""Whom documents belong to."""
