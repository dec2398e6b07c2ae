"""What can go wrong with a remote, named by who must act.

    ConnectorError
    ├ Temporary(retry_after)        nobody acts: the outbox tries again
    ├ NeedsAttention(code, hint)    a person must act; the hint says where to click
    │ ├ NotConnected                no usable token, or disconnected by the other side
    │ ├ Misconfigured               a setting or mapping is missing or wrong
    │ ├ Rejected                    refused by the remote; its own text is kept
    │ └ PeriodLocked                the document's date lies in a locked period
    └ OutcomeUnknown                sent, no usable answer: look up, then decide

One module per remote classifies its errors, closed by default: what that module does not
list is a bug; it is logged with its traceback and makes the posting dead.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of all errors that the product foresees. `str()` is fit for a person."""


class Temporary(ConnectorError):
    """The same call may succeed later. `retry_after` is in seconds, None if not told."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsAttention(ConnectorError):
    """A person must act.

    `code` is a stable identifier (`shop_certificate`), `hint` says where to fix it, and
    `field`, where there is one, is the dotted path of the offending value.
    """

    def __init__(self, message: str, *, code: str, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
        self.field = field


class NotConnected(NeedsAttention):
    """The remote no longer accepts our credentials: reconnect."""


class Misconfigured(NeedsAttention):
    """A setting, an address or a mapping is missing or wrong."""


class Rejected(NeedsAttention):
    """The remote understood and refused. `texts` are its own words."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str = "",
        field: str = "",
        texts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint, field=field)
        self.texts = texts


class PeriodLocked(NeedsAttention):
    """The date lies on or before a lock date of the organisation."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and its outcome is not known: it is looked up, never re-sent blindly."""
