"""The wire below the Xero SDK: one send for one call, within a time and a size.

The SDK's own connection pool retries PUT and GET by itself, sleeps for Retry-After and has
no time limit (xero-python issues 199 and 74). It is replaced here by one that does none of
this and reads the answer whole, also the answer to an error, so that a body of any length
and a server that drips it are both stopped.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings

from connector.lib import clock, version
from connector.lib.errors import Misconfigured
from connector.lib.outgoing.addresses import POOLS, Limits, limits, tls_context

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi

# Seconds of the product's time. A batch of fifty invoices takes Xero tens of seconds.
CONNECT_SECONDS = 5.0
CALL_SECONDS = 75.0
# A faster clock makes no faster network: never less than this on the wall.
_LEAST_WALL_SECONDS = 5.0

MAX_ANSWER_BYTES = 64 * 1024 * 1024
_CHUNK = 65536

_clients = threading.local()


class AnswerTooLarge(urllib3.exceptions.HTTPError):
    """The answer has more bytes than any of Xero's should have."""


def wall(seconds: float) -> float:
    """How long `seconds` of the product are allowed to last on the wall."""
    return max(clock.wall_seconds(seconds), min(seconds, _LEAST_WALL_SECONDS))


def call_seconds() -> float:
    """The overall deadline of one call, in seconds of the product's time."""
    return wall(CALL_SECONDS) * clock.scale()


def safe(address: str) -> str:
    """`address` if it is https, or http on this machine (a stand-in); else Misconfigured."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Misconfigured(
            f"{parts.hostname} is not addressed by https.",
            code="xero_plain_http",
            hint="The XERO_* addresses may be http on loopback only.",
        )
    return address


@contextmanager
def deadline(wall_seconds: float) -> Iterator[None]:
    """Within: every socket operation ends after `wall_seconds` in all.

    Connections to private addresses are allowed: where Xero is comes from the settings,
    never from a form.
    """
    token = limits.set(Limits(allow_private=True, deadline=time.monotonic() + wall_seconds))
    try:
        yield
    finally:
        limits.reset(token)


class _OneSend(urllib3.PoolManager):
    """Sends once, follows nothing, and hands back answers that are read to their end."""

    def __init__(self) -> None:
        super().__init__(num_pools=2, maxsize=1, ssl_context=tls_context(), ca_certs=_authorities())
        self.pool_classes_by_scheme = POOLS

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:  # type: ignore[override]
        options |= {"retries": False, "redirect": False, "preload_content": False}
        answer = super().request(method, url, **options)
        return urllib3.HTTPResponse(
            body=_read(answer),
            headers=answer.headers,
            status=answer.status,
            reason=answer.reason,
            request_method=method,
        )


def _authorities() -> str:
    """The certificates to trust: a private CA of the environment, else Mozilla's."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if given := os.environ.get(name):
            return given
    return certifi.where()


def _read(answer: urllib3.BaseHTTPResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            answer.close()
            raise AnswerTooLarge(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
        limits.get().remaining()
        parts.append(chunk)
    return b"".join(parts)


def accounting_api(tenant_id: str) -> AccountingApi:
    """The SDK's API object of one organisation, for this thread of this process only.

    The SDK changes one token object on every call, so that two threads, or two tenants, on
    one client would mix their tokens. After a fork the parent's sockets must not be reused.
    """
    made: dict[tuple[int, str, str], AccountingApi] | None = getattr(_clients, "made", None)
    if made is None:
        made = _clients.made = {}
    key = (os.getpid(), tenant_id, settings.XERO_API_URL)
    if key not in made:
        made[key] = _build()
    return made[key]


def _build() -> AccountingApi:
    # Imported late: it takes 20 MB, and pages never call Xero.
    from xero_python.accounting import AccountingApi
    from xero_python.api_client import ApiClient
    from xero_python.api_client.oauth2 import OAuth2Token

    client = ApiClient()
    # The SDK's Configuration is a copy of the first one made in the process.
    client.configuration.oauth2_token = OAuth2Token()
    client.configuration.debug = False
    client.rest_client.pool_manager = _OneSend()
    client.user_agent = f"shop-to-xero/{version.current()}"
    client.set_default_header("Accept-Encoding", "gzip")
    return AccountingApi(client, base_url=safe(f"{settings.XERO_API_URL}/api.xro/2.0"))


def hand_token(api: AccountingApi, access_token: str) -> None:
    """Give the SDK a token for the next call: valid for ever, and without a refresh token.

    So it never refreshes by itself; when to refresh is `tokens.py`'s to know.
    """
    token: dict[str, Any] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "scope": [],
        "expires_in": None,
        "expires_at": None,
    }
    api.api_client.oauth2_token_getter(lambda: token)
