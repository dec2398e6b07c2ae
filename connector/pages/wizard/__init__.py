"""The set-up: four stages from an empty database to a shop that posts by itself.

What is done is not what was clicked but what holds: an organisation is connected, a version is
live, a draft is in Xero. So any step can be left, and is found again where it was.
"""

from __future__ import annotations
