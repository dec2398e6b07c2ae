"""Trying before anything is posted: a shop's last orders, and a draft beside what is live."""

from __future__ import annotations
