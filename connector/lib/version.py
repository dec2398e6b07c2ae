"""The version of the product, as it calls itself towards others."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def current() -> str:
    """`1.2.3`; `dev` where the file that says it was left behind."""
    try:
        return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    except FileNotFoundError:
        return "dev"
