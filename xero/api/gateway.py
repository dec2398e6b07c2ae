"""The only code that calls Xero's accounting API.

    reply = Gateway(organisation, Lane.LIVE).write("invoices", "PUT", dispatch.body, dispatch.key)
    for result in replies.results("invoices", sent, reply.json): ...

Each call takes a slot of the budget before it is sent, carries a token that is valid, ends
by its deadline, is sent once, and raises only errors of `connector/lib/errors.py`, as
`faults.py` classifies them. No transaction may be open around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from urllib3.exceptions import ConnectTimeoutError, HTTPError

from connector.lib import clock
from connector.lib.errors import ConnectorError, NotConnected
from xero import transport
from xero.api import budget, endpoints, faults
from xero.api.faults import Answer, Throttled
from xero.login import oauth, tokens
from xero.models import Lane, Organisation, XeroApp

MOST_BODY_BYTES: Final = 3_500_000
_LARGEST: Final = Decimal(10) ** 10
# Five calls at a time is no outage: the sixth waits this long before its worker moves on.
_PATIENCE_WALL_SECONDS: Final = 1.0
_STEP_WALL_SECONDS: Final = 0.03


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: `json` as parsed with floats as Decimal, header names in lower case."""

    status: int
    json: dict[str, Any]
    headers: Mapping[str, str]
    correlation_id: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was tried, for the caller's log: also those that failed.

    `status` is None where no answer came, `error` is None on success. `sent` False: nothing
    left this machine.
    """

    kind: str
    verb: str
    status: int | None
    correlation_id: str
    milliseconds: int
    sent: bool
    error: ConnectorError | None


def render(payload: Any) -> str:
    """The JSON text that is stored, and sent byte by byte.

    The SDK writes Decimals as binary floats; what does not survive that exactly is refused
    here (ValueError), before it is stored: more than 15 digits, 10^10 and above, None (the
    SDK cannot write it), NaN.
    """
    return json.dumps(_plain(payload), allow_nan=False)


class Gateway:
    """Calls to one organisation in one lane. Make it where it is used; it keeps nothing open.

    `observe` is told of every request that was tried, before its error is raised.
    """

    def __init__(
        self,
        organisation: Organisation,
        lane: Lane,
        *,
        observe: Callable[[Exchange], None] | None = None,
    ) -> None:
        self._organisation_id = organisation.pk
        self._lane = lane
        self._observe = observe

    def read(self, kind: str, **params: Any) -> Reply:
        """GET one of `endpoints.READS`; `params` are the SDK's own, by keyword.

        Raises Temporary (Throttled among them), Rejected (400, 404) or NotConnected. Nothing
        modified since `if_modified_since` (304) is a Reply with an empty `json`.
        """
        method, arguments = endpoints.read_call(kind, params)
        return self._call(_Request(kind, "GET", method, arguments))

    def write(
        self,
        kind: str,
        verb: str,
        body_text: str,
        idempotency_key: str,
        parent_id: str | None = None,
    ) -> Reply:
        """PUT or POST the text made by `render`, exactly; see `endpoints.WRITES`.

        A Reply may hold refused elements: see `replies.results`. Raises Temporary (the same
        text and key may be sent again), Rejected, NotConnected, or OutcomeUnknown: it may
        have been saved.
        """
        if len(body_text.encode()) > MOST_BODY_BYTES:
            raise ValueError(f"a request may not exceed {MOST_BODY_BYTES} bytes")
        body = json.loads(body_text)
        if json.dumps(body) != body_text:
            raise ValueError("the text was not made by render(): other bytes would be sent")
        method, arguments = endpoints.write_call(kind, verb, body, idempotency_key, parent_id)
        return self._call(_Request(kind, verb, method, arguments))

    def _call(self, request: _Request) -> Reply:
        organisation = self._usable()
        tokens_id = organisation.token_set_id
        assert tokens_id is not None
        token = tokens.access_token(tokens_id)
        outcome = self._send(organisation, request, token)
        if outcome.status == 401:
            # Once: it may have ended on its way, or been replaced. Same bytes, same key.
            token = tokens.access_token(tokens_id, refused=token)
            outcome = self._send(organisation, request, token)
        if outcome.reply is not None:
            return outcome.reply
        assert outcome.error is not None
        if isinstance(outcome.error, NotConnected):
            raise oauth.why_refused(organisation, outcome.error)
        raise outcome.error

    def _usable(self) -> Organisation:
        """The organisation as it is now. Raises NotConnected, before anything is spent."""
        organisation = Organisation.objects.select_related("token_set__app").get(
            pk=self._organisation_id
        )
        if reason := organisation.unavailable_reason():
            raise NotConnected(reason, code="disconnected", hint="Reconnect to Xero.")
        return organisation

    def _slot(self, organisation: Organisation, kind: str) -> budget.CallSlot:
        """A slot of the budget. For one that is about to come free it waits a moment."""
        patience = clock.monotonic() + _PATIENCE_WALL_SECONDS * clock.scale()
        while True:
            slot = budget.take(organisation, self._lane, kind)
            if isinstance(slot, budget.CallSlot):
                return slot
            if slot.why != "concurrent" or clock.monotonic() > patience:
                raise Throttled(
                    f"The limit of calls to {organisation} is used up ({slot.why}).",
                    why=slot.why,
                    retry_after=slot.seconds,
                )
            clock.sleep(_STEP_WALL_SECONDS * clock.scale())

    def _send(self, organisation: Organisation, request: _Request, token: str) -> _Outcome:
        """One request: a slot, the bytes, the slot given back, the observer told."""
        slot = self._slot(organisation, request.kind)
        started = clock.monotonic()
        try:
            answer = _exchange(organisation, request, token, slot)
        except (HTTPError, OSError) as failure:
            # Without an answer Xero may still be at it: the slot then lasts to its deadline.
            unsent = faults.nothing_was_sent(failure)
            if unsent:
                budget.give_back(slot)
            outcome = _Outcome(None, None, faults.of_transport(failure, write=request.is_write))
            assert outcome.error is not None
            outcome.error.__cause__ = failure
            self._tell(request, outcome, started, "", sent=not unsent)
            return outcome
        budget.release(slot, answer.headers)
        correlation = answer.headers.get("xero-correlation-id", "")
        outcome = _outcome(request, answer, correlation, _milliseconds(started))
        if isinstance(outcome.error, Throttled) and outcome.error.why != "concurrent":
            assert outcome.error.retry_after is not None
            budget.park(organisation.pk, outcome.error.retry_after, str(outcome.error))
        self._tell(request, outcome, started, correlation, sent=True)
        return outcome

    def _tell(
        self, request: _Request, outcome: _Outcome, started: float, correlation: str, *, sent: bool
    ) -> None:
        if self._observe is not None:
            self._observe(
                Exchange(
                    kind=request.kind,
                    verb=request.verb,
                    status=outcome.status,
                    correlation_id=correlation,
                    milliseconds=_milliseconds(started),
                    sent=sent,
                    error=outcome.error,
                )
            )


@dataclass(frozen=True, slots=True)
class _Request:
    kind: str
    verb: str
    method: str
    arguments: Mapping[str, Any]

    @property
    def is_write(self) -> bool:
        return self.verb != "GET"


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: int | None
    reply: Reply | None
    error: ConnectorError | None


def _exchange(
    organisation: Organisation, request: _Request, token: str, slot: budget.CallSlot
) -> Answer:
    """Send by the SDK; any answer at all is an Answer. Raises what urllib3 and sockets raise."""
    from xero_python.exceptions import ApiSSLException, HTTPStatusException

    api = transport.accounting_api(organisation.tenant_id)
    transport.hand_token(api, token)
    assert organisation.token_set is not None
    custom = organisation.token_set.app.mode == XeroApp.Mode.CUSTOM
    left = clock.wall_seconds((slot.deadline_at - clock.now()).total_seconds())
    if left <= 0:
        raise ConnectTimeoutError("The call's time had passed before it could be sent")
    try:
        with transport.deadline(left):
            answer, status, headers = getattr(api, request.method)(
                xero_tenant_id="" if custom else organisation.tenant_id,
                _preload_content=False,
                _return_http_data_only=False,
                _request_timeout=(transport.wall(transport.CONNECT_SECONDS), left),
                **request.arguments,
            )
            body = answer.data
    except HTTPStatusException as error:
        # Nothing else of it: its properties parse the body, and fail where it is no JSON.
        status, headers = error.http_resp.status, error.http_resp.getheaders()
        body = error.http_resp.data
    except ApiSSLException as error:
        cause = error.__context__
        raise cause if isinstance(cause, HTTPError) else HTTPError(str(error)) from error
    return Answer(status, {str(k).lower(): str(v) for k, v in headers.items()}, body or b"")


def _outcome(request: _Request, answer: Answer, correlation: str, milliseconds: int) -> _Outcome:
    parsed: Any = {}
    if answer.status != 304 or request.is_write:
        if not 200 <= answer.status <= 299:
            return _Outcome(answer.status, None, faults.of_answer(answer, write=request.is_write))
        parsed = answer.json()
    if not isinstance(parsed, dict):
        return _Outcome(answer.status, None, faults.unreadable(answer, write=request.is_write))
    reply = Reply(answer.status, parsed, answer.headers, correlation, milliseconds)
    return _Outcome(answer.status, reply, None)


def _milliseconds(started: float) -> int:
    return round((clock.monotonic() - started) * 1000)


def _plain(value: Any) -> Any:
    """`value` as the SDK will write it, or ValueError where that would change it."""
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        number = float(value)
        if not value.is_finite() or abs(value) >= _LARGEST or Decimal(repr(number)) != value:
            raise ValueError(f"{value} cannot be written as a JSON number without changing it")
        return number
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise ValueError(f"{type(value).__name__} has no place in a request to Xero")
