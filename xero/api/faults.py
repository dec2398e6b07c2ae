"""What goes wrong between us and Xero's API, and which of our errors it is. Closed.

    what happened                                   on a write          on a read
    nothing was sent (refused, DNS, TLS)            Temporary           Temporary
    429                                             Throttled           Throttled
    503 with Retry-After or maintenance text        Temporary           Temporary
    400, 404                                        Rejected            Rejected
    401, also with a fresh token                    NotConnected        NotConnected
    403 AuthenticationUnsuccessful                  NotConnected        NotConnected
    anything else, once a byte was sent             OutcomeUnknown      Temporary

(Xero developer documentation, HTTP response codes and errors.) A body may be HTML or plain
text whatever its status: it is read as JSON only where that works.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connector.lib.errors import (
    ConnectorError,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from xero.api.texts import code_of, refusal_texts

_MAINTENANCE = re.compile(rb"maintenance|offline", re.IGNORECASE)
_EXCERPT = 300
# Without a Retry-After: Xero promises none for too many calls at once.
_BUSY_SECONDS = 2.0
_MINUTE_SECONDS = 60.0
_HOUR_SECONDS = 3600.0
_LONGEST_SECONDS = 48 * _HOUR_SECONDS


class Throttled(Temporary):
    """No call was possible, or Xero refused it unseen: it uses up no attempt.

    `why` is minute, concurrent, day, app or parked.
    """

    def __init__(self, message: str, *, why: str, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after)
        self.why = why


class RequestRefused(Rejected):
    """Rejected as a whole request. `body` is Xero's JSON, or None if it was none.

    A batch that is refused as a whole may nevertheless have been saved in part (integrators'
    reports of 2018; Xero has not denied it): look its numbers up.
    """

    def __init__(self, message: str, *, body: Any, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.body = body


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read to its end; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The parsed body, floats as Decimal; None if it is not JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds, bounded; None if not told."""
        told = self.headers.get("retry-after", "").strip()
        return min(float(told), _LONGEST_SECONDS) if told.isdigit() else None


def of_answer(answer: Answer, *, write: bool) -> ConnectorError:
    """The error that an answer which is no success means (401: also with a fresh token)."""
    if answer.status == 429:
        return _throttled(answer)
    if answer.status == 503 and (answer.retry_after is not None or _in_maintenance(answer)):
        return Temporary("Xero is not available just now.", retry_after=answer.retry_after)
    if answer.status in (400, 404):
        return _refused(answer)
    detail = _detail(answer)
    if answer.status == 401 or (answer.status == 403 and detail == "AuthenticationUnsuccessful"):
        return NotConnected(
            "Xero refused the connection's access to this organisation.",
            code="forbidden" if answer.status == 403 else "unauthorized",
            hint="Reconnect to Xero, as a user who may do this in the organisation.",
        )
    return _undecided(f"Xero answered HTTP {answer.status}", write=write)


def unreadable(answer: Answer, *, write: bool) -> ConnectorError:
    """The error of a success whose body is not the JSON that it must be."""
    return _undecided(
        f"Xero answered HTTP {answer.status} with a body that is no JSON", write=write
    )


def of_transport(error: Exception, *, write: bool) -> ConnectorError:
    """The error that a failure of the network means."""
    if nothing_was_sent(error):
        return Temporary(f"Xero cannot be reached ({type(error).__name__}).")
    return _undecided(f"The connection to Xero broke ({type(error).__name__})", write=write)


def nothing_was_sent(error: Exception) -> bool:
    """Whether the connection was never made; closed: only what proves it counts."""
    never_made = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
    return any(isinstance(cause, never_made) for cause in _causes(error))


def _undecided(what: str, *, write: bool) -> ConnectorError:
    if write:
        return OutcomeUnknown(f"{what}; whether it saved what was sent is not known.")
    return Temporary(f"{what}.")


def _throttled(answer: Answer) -> Throttled:
    """By the X-Rate-Limit-Problem header, whose spelling varies: `day`, `Daily`, `DayLimit`."""
    problem = answer.headers.get("x-rate-limit-problem", "").casefold()
    if problem.startswith(("day", "dai")):
        why, fallback = "day", _HOUR_SECONDS
    elif problem.startswith("min"):
        why, fallback = "minute", _MINUTE_SECONDS
    elif problem.startswith("app"):
        why, fallback = "app", _MINUTE_SECONDS
    else:
        why, fallback = "concurrent", _BUSY_SECONDS
    wait = answer.retry_after if answer.retry_after is not None else fallback
    return Throttled(f"Xero's limit of calls is used up ({why}).", why=why, retry_after=wait)


def _refused(answer: Answer) -> RequestRefused:
    body = answer.json()
    texts = refusal_texts(body)
    if not texts:
        excerpt = answer.body[:_EXCERPT].decode("utf-8", "replace").strip()
        texts = (excerpt,) if excerpt else ()
    known = code_of(texts)
    return RequestRefused(
        f"Xero refused this: {' '.join(texts) or f'HTTP {answer.status}'}",
        code="not_found" if answer.status == 404 else known,
        texts=texts,
        body=body,
    )


def _in_maintenance(answer: Answer) -> bool:
    return _MAINTENANCE.search(answer.body[:2000]) is not None


def _detail(answer: Answer) -> str:
    body = answer.json()
    return str(body.get("Detail") or "") if isinstance(body, Mapping) else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps; not `__context__`, which may be of an earlier call."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if isinstance(item, BaseException) and id(item) not in seen:
            seen.add(id(item))
            yield item
            todo += [getattr(item, "reason", None), item.__cause__, *item.args]


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
