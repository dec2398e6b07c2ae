"""What an examination finds: a line for each thing that was looked at, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from connector.lib.errors import ConnectorError

CONNECT = _("Connect on the page Xero connection.")


class Severity(StrEnum):
    """Only WRONG asks to be fixed before the product works as it is configured."""

    GOOD = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person fixes it: a page by its name, of a store where it has one for each; or the
    very field of the store's configuration."""

    page: str = ""
    store: str = ""
    field: str = ""


NOWHERE = Place()
XERO = Place("dashboard:xero")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, how to fix it, and where."""

    level: Severity
    subject: str
    text: str
    fix: str = ""
    at: Place = NOWHERE

    def __str__(self) -> str:
        line = f"{self.level} {self.subject}: {' '.join(self.text.split())}"
        return f"{line} → {' '.join(self.fix.split())}" if self.fix else line


def good(subject: str, text: str, at: Place = NOWHERE) -> Finding:
    return Finding(Severity.GOOD, subject, text, "", at)


def note(subject: str, text: str, fix: object = "", at: Place = NOWHERE) -> Finding:
    return Finding(Severity.NOTE, subject, text, str(fix), at)


def wrong(subject: str, text: str, fix: object = "", at: Place = NOWHERE) -> Finding:
    return Finding(Severity.WRONG, subject, text, str(fix), at)


def failed(subject: str, error: ConnectorError, at: Place = NOWHERE) -> Finding:
    """An error of a remote or of the configuration, in its own words."""
    again = _("Try again; if it stays, check the other side.")
    return wrong(subject, str(error), getattr(error, "hint", "") or again, at)
