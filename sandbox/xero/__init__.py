"""A stand-in for Xero: log-in, identity and accounting API in one server on loopback."""

from __future__ import annotations

from sandbox.xero.app import CLIENT_ID, CLIENT_SECRET, CUSTOM_ID, CUSTOM_SECRET, SCOPE
from sandbox.xero.server import StandIn

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "CUSTOM_ID", "CUSTOM_SECRET", "SCOPE", "StandIn"]
