"""Trying a draft: orders that are stored, built with it and with what is live, side by side."""

from __future__ import annotations
