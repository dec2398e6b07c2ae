"""Why an order, or one of its documents, was not posted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stores.canonical import ParseError
from stores.profile import PlatformProfile
from sync.reason_kinds import REASONS


@dataclass(frozen=True, slots=True)
class Reason:
    """`message` is a sentence for a person; `field` a dotted path in the input or the
    configuration, or the `Field` that stands at one."""

    code: str
    message: str
    field: str = ""

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"unknown reason code {self.code}")

    def of_records(self, platform: PlatformProfile) -> Reason:
        """The same with the path that its field has in the platform's records."""
        return replace(self, field=platform.path(self.field))

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "field": self.field}


# The parser's own error: nothing that a correction in the shop would help.
UNFORESEEN = "unforeseen"


def unreadable(error: ParseError, what: str = "order") -> Reason:
    """The reason of an order, or a product, that the adapter could not read, with the value in
    its way."""
    if error.code == UNFORESEEN:
        return Reason(UNFORESEEN, str(error)[:500])
    code = error.code if error.code in REASONS else "bad_value"
    text = f"{error} Correct the {what} in the shop; it is read again then."
    return Reason(code, text, error.field)


class LeftAlone(Exception):
    """Raised where nothing is to be written to the shop; the text says why."""


class Hold(Exception):
    """Raised inside the pure builders to end them: the order waits for a person."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = Reason(code, message, field)
