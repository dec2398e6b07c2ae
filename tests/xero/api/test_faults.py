"""What each answer and each failure of the network means: the whole table, closed."""

from __future__ import annotations

import json
import socket
import ssl

import pytest
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from connector.lib.errors import (
    ConnectorError,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from xero.api import faults
from xero.api.faults import Answer, Throttled

HTML = b"<html><body>Bad gateway</body></html>"
FORBIDDEN = b'{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}'
OFFLINE = b"The Xero API is currently offline for maintenance"

# status, headers, body, what it means on a write, and on a read
TABLE = [
    (429, {}, b"", Throttled, Throttled),
    (429, {"retry-after": "7"}, HTML, Throttled, Throttled),
    (503, {"retry-after": "30"}, b"", Temporary, Temporary),
    (503, {}, OFFLINE, Temporary, Temporary),
    (503, {}, HTML, OutcomeUnknown, Temporary),
    (500, {"retry-after": "30"}, b"", OutcomeUnknown, Temporary),
    (500, {}, OFFLINE, OutcomeUnknown, Temporary),
    (502, {}, HTML, OutcomeUnknown, Temporary),
    (504, {}, b"", OutcomeUnknown, Temporary),
    (400, {}, b'{"Type":"ValidationException"}', Rejected, Rejected),
    (400, {}, HTML, Rejected, Rejected),
    (400, {}, b"", Rejected, Rejected),
    (404, {}, b"The resource you're looking for cannot be found", Rejected, Rejected),
    (401, {}, b'{"Detail":"TokenExpired"}', NotConnected, NotConnected),
    (403, {}, FORBIDDEN, NotConnected, NotConnected),
    (403, {}, b'{"Detail":"SomethingElse"}', OutcomeUnknown, Temporary),
    (403, {}, HTML, OutcomeUnknown, Temporary),
    (302, {"location": "/"}, b"", OutcomeUnknown, Temporary),
    (405, {}, b"", OutcomeUnknown, Temporary),
    (409, {}, b"", OutcomeUnknown, Temporary),
    (412, {}, b"", OutcomeUnknown, Temporary),
    (413, {}, b"", OutcomeUnknown, Temporary),
    (599, {}, b"", OutcomeUnknown, Temporary),
]


@pytest.mark.parametrize(("status", "headers", "body", "on_write", "on_read"), TABLE)
def test_what_an_answer_means(
    status: int,
    headers: dict[str, str],
    body: bytes,
    on_write: type[ConnectorError],
    on_read: type[ConnectorError],
) -> None:
    answer = Answer(status, headers, body)

    assert _kind(faults.of_answer(answer, write=True)) is on_write
    assert _kind(faults.of_answer(answer, write=False)) is on_read


def _pool() -> urllib3.HTTPConnectionPool:
    return urllib3.HTTPConnectionPool("api.example.com")


def _connection() -> HTTPConnection:
    return HTTPConnection("api.example.com")


@pytest.mark.parametrize(
    ("failure", "on_write"),
    [
        (NewConnectionError(_connection(), "refused"), Temporary),
        (NameResolutionError("x", _connection(), socket.gaierror()), Temporary),
        (ConnectTimeoutError(), Temporary),
        (SSLError(ssl.SSLCertVerificationError("self-signed")), Temporary),
        (SSLError(ssl.SSLError("bad record mac")), OutcomeUnknown),
        (ReadTimeoutError(_pool(), "/", "slow"), OutcomeUnknown),
        (ProtocolError("aborted", ConnectionResetError()), OutcomeUnknown),
        (ConnectionResetError(), OutcomeUnknown),
        (BrokenPipeError(), OutcomeUnknown),
        (TimeoutError(), OutcomeUnknown),
        (OSError(), OutcomeUnknown),
    ],
)
def test_what_a_failure_of_the_network_means(
    failure: Exception, on_write: type[ConnectorError]
) -> None:
    assert type(faults.of_transport(failure, write=True)) is on_write
    assert type(faults.of_transport(failure, write=False)) is Temporary


def test_an_earlier_failure_does_not_make_a_later_one_look_unsent() -> None:
    later = ReadTimeoutError(_pool(), "/", "slow")
    later.__context__ = NewConnectionError(_connection(), "refused")

    assert not faults.nothing_was_sent(later)


def test_a_success_that_is_no_json_is_unknown_for_a_write() -> None:
    answer = Answer(200, {}, HTML)

    assert type(faults.unreadable(answer, write=True)) is OutcomeUnknown
    assert type(faults.unreadable(answer, write=False)) is Temporary


def test_xeros_own_texts_are_found_wherever_they_hang() -> None:
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [
            {
                "Contact": {"ValidationErrors": [{"Message": "Email address must be valid."}]},
                "LineItems": [{"ValidationErrors": [{"Description": "Account code '1' is odd"}]}],
                "ValidationErrors": [{"Message": "Email address must be valid."}],
            }
        ],
    }
    error = faults.of_answer(Answer(400, {}, json.dumps(body).encode()), write=True)

    assert isinstance(error, Rejected)
    assert error.texts == ("Email address must be valid.", "Account code '1' is odd")
    assert error.code == "invalid_email"
    assert str(error) == ("Xero refused this: Email address must be valid. Account code '1' is odd")


def test_a_refusal_in_plain_text_keeps_the_text() -> None:
    error = faults.of_answer(Answer(400, {}, b"Bad things\n"), write=True)

    assert isinstance(error, Rejected)
    assert (error.texts, error.code) == (("Bad things",), "refused")


def test_a_wait_of_more_than_two_days_is_not_believed() -> None:
    error = faults.of_answer(Answer(429, {"retry-after": "99999999"}, b""), write=True)

    assert isinstance(error, Throttled)
    assert error.retry_after == 48 * 3600


@pytest.mark.parametrize("told", ["soon", "-5", "1e9", ""])
def test_a_wait_that_is_no_number_is_ignored(told: str) -> None:
    assert Answer(429, {"retry-after": told}, b"").retry_after is None


def _kind(error: ConnectorError) -> type[ConnectorError]:
    return Rejected if isinstance(error, Rejected) else type(error)
