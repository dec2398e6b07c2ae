"""The version of the product, as it calls itself towards others."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def current() -> str:
    """`1.2.3`, or `dev` in a checkout that is not installed."""
    try:
        return version("shop-to-xero")
    except PackageNotFoundError:
        return "dev"
