"""What an examination finds: a line for each thing that was looked at, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.lib.errors import ConnectorError

CONNECT = "Connect on the page Xero connection."


class Level(StrEnum):
    """Only WRONG asks to be fixed before the product works as it is configured."""

    GOOD = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, and how to fix it."""

    level: Level
    subject: str
    text: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.level} {self.subject}: {' '.join(self.text.split())}"
        return f"{line} → {' '.join(self.fix.split())}" if self.fix else line


def good(subject: str, text: str) -> Finding:
    return Finding(Level.GOOD, subject, text)


def note(subject: str, text: str, fix: str = "") -> Finding:
    return Finding(Level.NOTE, subject, text, fix)


def wrong(subject: str, text: str, fix: str = "") -> Finding:
    return Finding(Level.WRONG, subject, text, fix)


def failed(subject: str, error: ConnectorError) -> Finding:
    """An error of a remote or of the configuration, in its own words."""
    again = "Try again; if it stays, check the other side."
    return wrong(subject, str(error), getattr(error, "hint", "") or again)
