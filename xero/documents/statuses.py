"""Statuses of documents in Xero, by what they mean for us."""

from __future__ import annotations

# Statuses of documents in Xero that a person has approved, and that nobody has yet.
APPROVED = ("AUTHORISED", "PAID")


DRAFTS = ("DRAFT", "SUBMITTED")


GONE = ("VOIDED", "DELETED")
