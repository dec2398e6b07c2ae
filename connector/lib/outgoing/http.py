"""The one way out: sessions for all outgoing HTTP but the Xero SDK's.

    shop = http.session()
    orders = answers.read_json(answers.checked(shop.get("https://shop.example.com/rest/V1/orders")))

A session has timeouts on every call, a deadline over the whole of it (redirects and body
included), a limit on the body's size, the address guard of `addresses.py`, and raises the
errors of `errors.py` in place of those of requests. Bodies are always read whole.

What went wrong decides the error. Before anything was sent (DNS, refused, connect timeout):
Temporary. After: Temporary for a read, OutcomeUnknown for a write. What a person must see
to is Misconfigured, with a code of `bad_address`, `private_address`, `tls_certificate`,
`tls_protocol`, `redirect_refused`, `too_large`, `not_json`. Messages name the host only:
paths and queries may carry secrets.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests
import stamina
import structlog
from django.conf import settings
from requests.adapters import HTTPAdapter

from connector.lib import clock, version
from connector.lib.errors import Misconfigured, Temporary
from connector.lib.outgoing.addresses import POOLS, Limits, limits, tls_context
from connector.lib.outgoing.answers import (
    READS,
    checked,
    classified,
    host_of,
    redirect_refused,
)
from connector.lib.outgoing.patience import left

MEGABYTE = 1024 * 1024
_MAX_REDIRECTS = 3
_CHUNK = 65536
_PATIENCE = 5.0  # seconds that an in-process retry may wait at most
# All that another host is shown of a request that was redirected to it.
_HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "connection", "user-agent"})

S = TypeVar("S", bound=requests.Session)


def session(
    *,
    allow_private: bool | None = None,
    connect_timeout: float = 5,
    read_timeout: float = 30,
    total_timeout: float = 120,
    max_bytes: int = 50 * MEGABYTE,
) -> requests.Session:
    """A session for one remote and one thread. Times are in seconds.

    `allow_private` None means settings.ALLOW_PRIVATE_HOSTS, asked at each call. Pass True
    only for an address that comes from the settings, never for one from a form.
    """
    policy = _Policy(allow_private, connect_timeout, read_timeout, total_timeout, max_bytes)
    return _equip(_Session(policy), policy)


def equip(
    made: S,
    *,
    allow_private: bool | None = None,
    connect_timeout: float = 5,
    read_timeout: float = 30,
    total_timeout: float = 120,
    max_bytes: int = 50 * MEGABYTE,
) -> S:
    """Give a session of another library (OAuth2Session) the same limits and errors.

    It keeps its own rules for redirects; every hop is checked, each with its own deadline.
    """
    policy = _Policy(allow_private, connect_timeout, read_timeout, total_timeout, max_bytes)
    return _equip(made, policy)


def get(
    through: requests.Session, url: str, *, attempts: int = 3, **options: Any
) -> requests.Response:
    """GET with a few quick retries of what is Temporary; the response is already `checked`.

    For reads that a person or a probe waits for. A Retry-After of more than seconds is not
    waited for here: it is raised, and becomes a column.
    """
    for attempt in stamina.retry_context(
        on=_worth_a_retry, attempts=attempts, timeout=30, wait_initial=0.3, wait_max=_PATIENCE
    ):
        with attempt:
            return checked(through.get(url, **options))
    raise AssertionError("unreachable: the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class _Policy:
    allow_private: bool | None
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    max_bytes: int

    @property
    def timeout(self) -> tuple[float, float]:
        return _wall(self.connect_timeout), _wall(self.read_timeout)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Within: connections and reads are bound by this policy, and by one around it."""
        allow = settings.ALLOW_PRIVATE_HOSTS if self.allow_private is None else self.allow_private
        end = min(limits.get().deadline, time.monotonic() + _wall(self.total_timeout))
        token = limits.set(Limits(allow_private=allow, deadline=end))
        try:
            yield
        finally:
            limits.reset(token)


class _Adapter(HTTPAdapter):
    def __init__(self, policy: _Policy) -> None:
        self._policy = policy
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=tls_context(), **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        request.headers.setdefault("X-Correlation", _correlation())
        with self._policy.limited(), classified(request.method, request.url):
            response = super().send(
                request,
                stream=True,
                timeout=timeout or self._policy.timeout,
                verify=verify,
                cert=cert,
                proxies=None,
            )
            _read_body(response, self._policy.max_bytes)
        return response


class _Session(requests.Session):
    """requests' session with a deadline over all hops and careful redirects."""

    def __init__(self, policy: _Policy) -> None:
        super().__init__()
        self._policy = policy
        self.max_redirects = _MAX_REDIRECTS

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        with self._policy.limited(), classified(method, url):
            return super().request(method, url, *args, **options)

    def resolve_redirects(self, *args: Any, **options: Any) -> Any:
        if options.get("yield_requests"):  # allow_redirects=False: nothing is followed or judged
            return iter(())
        return super().resolve_redirects(*args, **options)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target: str | None = super().get_redirect_target(resp)
        if target:
            _check_redirect(resp, urljoin(resp.url, target))
        return target

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        if self.should_strip_auth(response.request.url, prepared_request.url):
            for name in list(prepared_request.headers):
                if name.lower() not in _HARMLESS_HEADERS:
                    del prepared_request.headers[name]


def _equip(made: S, policy: _Policy) -> S:
    # Proxies and .netrc of the environment are not for us; a private CA is.
    made.trust_env = False
    made.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    made.headers["User-Agent"] = f"shop-to-xero/{version.current()}"
    made.headers["Accept"] = "application/json"
    made.mount("https://", _Adapter(policy))
    made.mount("http://", _Adapter(policy))
    return made


def _check_redirect(response: requests.Response, target: str) -> None:
    """Raise unless it is a read that stays on https. A write would be sent elsewhere."""
    write = (response.request.method or "GET").upper() not in READS
    downgrade = response.url.startswith("https:") and not target.lower().startswith("https:")
    if write or downgrade:
        reason = "from https to http" if downgrade else "a request that writes"
        raise redirect_refused(response.url, f"redirects {reason}", target)


def _read_body(response: requests.Response, max_bytes: int) -> None:
    """Read the whole body, piece by piece, within the limits of size and time."""
    parts: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > max_bytes:
            response.close()
            raise Misconfigured(
                f"{host_of(response.url)} answered with more than {max_bytes} bytes.",
                code="too_large",
                hint="Check the address: this is larger than any page of records should be.",
            )
        limits.get().remaining()
        parts.append(chunk)
    # Where requests keeps a body that was read: so `.content` and `.text` work as usual.
    response._content = b"".join(parts)
    response._content_consumed = True  # type: ignore[attr-defined]


def _worth_a_retry(error: Exception) -> bool | float:
    """For stamina: whether to try again, or after how many seconds."""
    if not isinstance(error, Temporary) or left() <= 0:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= min(_PATIENCE, left()) else False


def _correlation() -> str:
    """The id of the page or task that this call is made for, so that logs can be joined."""
    context = structlog.contextvars.get_contextvars()
    return str(context.get("correlation_id") or context.get("request_id") or uuid.uuid4())


def _wall(seconds: float) -> float:
    """Seconds of the product on the wall; a faster clock makes no faster network."""
    return max(clock.wall_seconds(seconds), min(seconds, 5.0))
