"""What an HTTP answer means, and what it means that there is none.

Used through `http.py`. Messages name the host and show the start of the body without what
looks like a secret; they never show a path or query.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import exceptions
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
)

from connector.lib import clock, exact_json, logs
from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)

READS = frozenset({"GET", "HEAD", "OPTIONS"})
_EXCERPT = 120
_DAY = 86400.0
_BAD_ADDRESS = (
    exceptions.MissingSchema,
    exceptions.InvalidSchema,
    exceptions.InvalidURL,
    LocationParseError,
)
_OLD_TLS = ("WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION")


def checked(response: requests.Response) -> requests.Response:
    """The same response if its status is below 400, else the error that it means.

    429, and 503 with Retry-After: Temporary, as the request was not carried out. 408 and
    other 5xx: Temporary for a read, OutcomeUnknown for a write. 401 and 403: NotConnected.
    The rest: Rejected with the code `http_404` and the start of the body.
    """
    status = response.status_code
    if status < 400:
        return response
    host = host_of(response.url)
    wait = retry_after(response)
    if status == 429 or (status == 503 and wait is not None):
        raise Temporary(f"{host} asks to wait (HTTP {status}).", retry_after=wait)
    if status == 408 or status >= 500:
        if (response.request.method or "GET").upper() in READS:
            raise Temporary(f"{host} has a problem (HTTP {status}).", retry_after=wait)
        raise OutcomeUnknown(f"{host} answered HTTP {status} to a write.")
    if status in (401, 403):
        raise NotConnected(
            f"{host} refused our credentials (HTTP {status}).",
            code="unauthorized" if status == 401 else "forbidden",
            hint="Check the store's credentials and the permissions that they carry.",
        )
    excerpt = excerpt_of(response)
    raise Rejected(
        f"{host} refused the request (HTTP {status}): {excerpt or 'no text'}",
        code=f"http_{status}",
        texts=(excerpt,) if excerpt else (),
    )


def retry_after(response: requests.Response) -> float | None:
    """Seconds to wait by the Retry-After header (seconds or a date), None if not told."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - clock.timestamp()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), _DAY) if seconds == seconds else None  # NaN is no answer


def read_json(response: requests.Response) -> Any:
    """The body as JSON, exact: numbers with a point become Decimal, never a binary float.

    Raises Misconfigured (`not_json`) for anything else, NaN and Infinity included. The
    content type alone decides nothing: PHP shops serve good JSON as text/html.
    """
    return _json(response, strict=True)


def read_records(response: requests.Response) -> Any:
    """As `read_json`, of what may be a list of records: NaN, bytes that are no text, or a
    nesting without end in one of them do not cost the others. `exact_json.tame` says where."""
    return _json(response, strict=False)


def _json(response: requests.Response, *, strict: bool) -> Any:
    try:
        text = response.content.decode("utf-8-sig", "strict" if strict else "surrogateescape")
        return exact_json.loads(text, strict=strict)
    except ValueError:
        raise _not_json(response) from None


@contextmanager
def classified(method: str | None, url: str | bytes | None) -> Iterator[None]:
    """The one place where an exception of the network becomes one of ours."""
    try:
        yield
    except (exceptions.RequestException, HTTPError, OSError, UnicodeError) as error:
        raise _meaning((method or "GET").upper(), host_of(url), error) from error


def _meaning(method: str, host: str, error: Exception) -> ConnectorError:
    causes = list(_causes(error))
    if any(isinstance(cause, _BAD_ADDRESS) for cause in causes):
        return Misconfigured(
            f"{host} is not a usable address.",
            code="bad_address",
            hint="Enter a full address such as https://shop.example.com.",
        )
    if isinstance(error, exceptions.TooManyRedirects):
        return redirect_refused(f"//{host}", "redirects too often")
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Misconfigured(
                f"The certificate of {host} was not accepted: {cause.verify_message}.",
                code="tls_certificate",
                hint="Renew the shop's certificate, with its chain, for this very name.",
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in _OLD_TLS:
            return Misconfigured(
                f"{host} does not speak TLS 1.2 or newer on this port.",
                code="tls_protocol",
                hint="Check the port and whether the address begins with https.",
            )
    unsent = any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes)
    late = any(isinstance(cause, TimeoutError | exceptions.Timeout) for cause in causes)
    what = "did not answer in time" if late else "broke the connection"
    if unsent:
        return Temporary(f"{host} {'did not answer in time' if late else 'cannot be reached'}.")
    if method in READS:
        return Temporary(f"{host} {what}.")
    return OutcomeUnknown(f"{host} {what} after a write was sent.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps: requests and urllib3 nest in several ways."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        todo += [getattr(item, "reason", None), item.__cause__, item.__context__, *item.args]


def redirect_refused(url: str, what: str, target: str = "") -> Misconfigured:
    """The error for a redirect that is not followed."""
    place = f" It leads to {urlsplit(target).scheme}://{host_of(target)}." if target else ""
    return Misconfigured(
        f"{host_of(url)} {what}.{place}",
        code="redirect_refused",
        hint="Enter the final address of the shop, with https and without a redirect.",
    )


def excerpt_of(response: requests.Response) -> str:
    """The start of the body on one line, without what looks like a secret."""
    text = response.content[: _EXCERPT * 8].decode("utf-8", "replace")
    cleaned = logs.redact_text(" ".join(text.split()))
    return cleaned if len(cleaned) <= _EXCERPT else cleaned[:_EXCERPT] + "…"


def host_of(url: str | bytes | None) -> str:
    """The host of an address for messages: `shop.example.com` or `127.0.0.1:8080`."""
    text = url.decode("ascii", "replace") if isinstance(url, bytes) else url or ""
    return urlsplit(text).netloc.rpartition("@")[2] or "the address"


def _not_json(response: requests.Response) -> Misconfigured:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    start = response.content.lstrip()[:1]
    if not response.content.strip():
        hint = "The answer was empty: look into the shop's error log."
    elif start == b"<" or "html" in kind:
        hint = (
            "This is a web page, not an API: check the address (does it lack a path, or is "
            "there a maintenance, log-in or bot-protection page in front of the shop?)."
        )
    else:
        hint = "The shop answered something else than JSON: look into its error log."
    shown = excerpt_of(response) or "nothing"
    return Misconfigured(
        f"{host_of(response.url)} did not answer with JSON but with: {shown}",
        code="not_json",
        hint=hint,
    )
