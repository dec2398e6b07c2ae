"""What a refusal by CS-Cart means and who must act: the one place that decides it.

The status codes are those of the documentation («Errors» of the REST API); its texts differ by
version and are shown, not read. A web page where JSON must be is a wrong address, a closed shop or
something in front of it, never data.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import requests

from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing.answers import READS, excerpt_of, host_of, retry_after

NO_API, MISSING_RIGHT = "wrong_address", "missing_right"
_CLOSED_WAIT = 300.0

_KEY_HINT = (
    "Open Customers > Administrators > the administrator of this e-mail > API access: it must say "
    "Yes, and the key must be the one that stands there. If both are right, the web server keeps "
    "the Authorization header from PHP (common under CGI): have the host pass it on."
)
_RIGHT_HINT = (
    "Give the administrator's user group the privileges to view orders, users, products and "
    "settings, and to change orders (Customers > User groups > Privileges)."
)
_ADDRESS_HINT = (
    "Enter the address at which the shop itself is served, such as https://shop.example.com, "
    "without a redirect."
)
_PAGE_HINT = (
    "The address may lack a folder, or the shop is closed (Settings > General > Close storefront), "
    "or a firewall in front of it answers for it."
)


def failure(response: requests.Response) -> ConnectorError | None:
    """The error that an answer means; None for a success that holds JSON."""
    status, host = response.status_code, host_of(response.url)
    if 200 <= status < 300:
        return _no_data(response, host) if is_page(response) else None
    if 300 <= status < 400:
        return _redirected(response, host)
    if status in (408, 429) or status >= 500:
        return _passing(response, host)
    text = message_of(response)
    if status == 401:
        return NotConnected(
            f"{host} does not accept the e-mail and API key: {text or 'HTTP 401'}",
            code="credentials_refused",
            hint=_KEY_HINT,
        )
    if status == 403:
        return _forbidden(response, host, text)
    if status == 404:
        return _not_found(response, host, text)
    words = text or excerpt_of(response) or "no text"
    return Rejected(
        f"{host} refused the request (HTTP {status}): {words}",
        code=f"http_{status}",
        texts=(words,),
    )


def asks_to_wait(response: requests.Response) -> bool:
    """Whether the shop did nothing but ask to be asked later."""
    return response.status_code == 429 or _is_closed(response)


def unexpected(url: str, what: str) -> Misconfigured:
    """The error of an answer that is JSON, but not what CS-Cart answers."""
    return Misconfigured(
        f"{host_of(url)} {what}.",
        code="unexpected_answer",
        hint="Check that the address is that of a CS-Cart 4 shop, and that no cache or add-on "
        "rewrites the answers of its API.",
    )


def is_page(response: requests.Response) -> bool:
    """Whether a web page came in the place of data."""
    return response.content.lstrip()[:1] == b"<"


def message_of(response: requests.Response) -> str:
    """CS-Cart's own words; "" if there are none."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    text = body.get("message") if isinstance(body, dict) else None
    return text.strip() if isinstance(text, str) else ""


def _no_data(response: requests.Response, host: str) -> ConnectorError:
    return Misconfigured(
        f"{host} answers with a web page where its API must be: {excerpt_of(response)}",
        code=NO_API,
        hint=_PAGE_HINT,
    )


def _redirected(response: requests.Response, host: str) -> Misconfigured:
    # The key must not go to where the shop points: who answers there is not known.
    target = urlsplit(response.headers.get("Location", ""))
    place = f" to {target.scheme}://{target.netloc}" if target.netloc else ""
    known = place and "/api" in target.path
    hint = f"Enter {place.removeprefix(' to ')} as the address." if known else _ADDRESS_HINT
    return Misconfigured(f"{host} redirects{place}.", code="redirect_refused", hint=hint)


def _passing(response: requests.Response, host: str) -> ConnectorError:
    """429 and a closed shop did nothing; a write that met another 5xx may have been done."""
    status, wait = response.status_code, retry_after(response)
    reads = (response.request.method or "GET").upper() in READS
    closed = _is_closed(response)
    if status == 429 or closed or reads:
        text = message_of(response)
        said = f": {text}" if text else ""
        what = "is closed for maintenance" if closed else "has a problem"
        if status == 429:
            what = "asks to be asked less often"
        if wait is None and (closed or status == 429):
            wait = _CLOSED_WAIT
        return Temporary(f"{host} {what} (HTTP {status}){said}", retry_after=wait)
    return OutcomeUnknown(f"{host} answered HTTP {status} to a write.")


def _is_closed(response: requests.Response) -> bool:
    said = retry_after(response) is not None or is_page(response)
    return response.status_code == 503 and said


def _forbidden(response: requests.Response, host: str, text: str) -> Misconfigured:
    if is_page(response):
        return Misconfigured(
            f"{host} forbids the call (HTTP 403): {excerpt_of(response)}",
            code="forbidden",
            hint="A firewall or bot protection in front of the shop blocks calls to /api/.",
        )
    return Misconfigured(
        f"{host}: {text or 'the administrator has not the right to that (HTTP 403)'}",
        code=MISSING_RIGHT,
        hint=_RIGHT_HINT,
    )


def _not_found(response: requests.Response, host: str, text: str) -> ConnectorError:
    if not is_page(response) and response.content.strip():
        return Rejected(f"{host}: {text or 'not found (HTTP 404)'}", code="not_found")
    return Misconfigured(
        f"{host} has no API of CS-Cart at this address (HTTP 404).", code=NO_API, hint=_PAGE_HINT
    )
