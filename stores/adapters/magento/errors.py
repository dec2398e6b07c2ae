"""What a refusal by Magento means and who must act: the one place that decides it.

The texts about rights, signatures and signature methods are those of Magento 2.4.7; those about
clocks, consumers and tokens differ by version and are told by one word. Texts may hold
placeholders (`%1`, `%resources`) whose values come separately as `parameters`. An answer
that is not listed here is Rejected with Magento's own words; redirects and web pages in
front of the API are wrong addresses, never data.
"""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.lib import clock
from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NeedsAttention,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing.answers import READS, excerpt_of, host_of, retry_after

MISSING_RIGHT = "missing_right"
BEARER_REFUSED = "bearer_refused"
BAD_SIGNATURE = "bad_signature"
WRONG_ADDRESS = "wrong_address"
FORBIDDEN = "forbidden"

_ADDRESS_HINT = (
    "Enter the address at which the shop itself is served, such as https://shop.example.com, "
    "without a redirect."
)
_KEYS_HINT = (
    "Copy all four keys of the integration again (System > Extensions > Integrations). If they "
    "are right, something in front of the shop changes host, scheme or port: the address here "
    "must be the one that the shop sees."
)
_BEARER_HINT = (
    "Magento refuses the token alone unless Stores > Configuration > Services > OAuth > "
    "Consumer Settings > «Allow OAuth Access Tokens to be used as standalone Bearer tokens» is "
    "on. Enter all four keys of the integration instead, or switch that on. If it is on, the "
    "integration lacks the right {resource}."
)


def failure(response: requests.Response, *, bearer: bool) -> ConnectorError | None:
    """The error that an answer means; None for a success."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _redirected(response)
    if status in (408, 429) or status >= 500:
        return _passing(response)
    host = host_of(response.url)
    text = message_of(response)
    if status == 401:
        return _unauthorised(response, host, text, bearer=bearer)
    if status == 403:
        return Misconfigured(
            f"{host} forbids the call (HTTP 403): {text or excerpt_of(response)}",
            code=FORBIDDEN,
            hint="A firewall or bot protection in front of the shop blocks calls to /rest/.",
        )
    if status == 404:
        return _not_found(response, host, text)
    if status == 400 and (refused := _oauth_refused(response, host, text)):
        return refused
    words = text or excerpt_of(response) or "no text"
    return Rejected(
        f"{host} refused the request (HTTP {status}): {words}",
        code=f"http_{status}",
        texts=(words,),
    )


def unexpected(url: str, what: str) -> Misconfigured:
    """The error of an answer that is JSON, but not what Magento answers."""
    return Misconfigured(
        f"{host_of(url)} {what}.",
        code="unexpected_answer",
        hint="Check that the address is that of a Magento 2 shop, and that no cache or "
        "extension rewrites the answers of its REST API.",
    )


def lost_rows(url: str, path: str, total: int) -> Temporary:
    """The error of a list that counts records and gives none of them."""
    return Temporary(f"{host_of(url)} says that it has {total} {path}, and gives none of them.")


def is_missing_right(error: NeedsAttention) -> bool:
    """Whether a call failed for want of a right, so that others may still work."""
    return error.code in (MISSING_RIGHT, BEARER_REFUSED)


def is_bad_signature(error: ConnectorError | None) -> bool:
    """Whether a call was refused for its signature, before anything was done."""
    return isinstance(error, NeedsAttention) and error.code == BAD_SIGNATURE


def of_one_record(error: ConnectorError) -> ConnectorError:
    """What a refusal means of an address with encoded characters such as `%2F`.

    Web servers, firewalls and versions of Magento differ over them: others of its records may
    well be reached. Where none can, a plain address says so.
    """
    whole = (BAD_SIGNATURE, WRONG_ADDRESS, FORBIDDEN)
    if not isinstance(error, NeedsAttention) or error.code not in whole:
        return error
    return Rejected(
        f"The shop does not take the SKU in an address. {error}",
        code="sku_refused",
        hint="Let the web server pass encoded characters (Apache: AllowEncodedSlashes NoDecode), "
        "or give the product a SKU of letters, digits and dashes.",
    )


def message_of(response: requests.Response) -> str:
    """Magento's own words with their placeholders filled in; "" if there are none."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return ""
    return _filled(body["message"], body.get("parameters"))


def _filled(message: str, parameters: Any) -> str:
    if isinstance(parameters, list):
        parameters = {str(position): value for position, value in enumerate(parameters, 1)}
    if not isinstance(parameters, dict):
        return message
    return re.sub(r"%(\w+)", lambda found: str(parameters.get(found[1], found[0])), message).strip()


def _redirected(response: requests.Response) -> Misconfigured:
    # A signed call cannot follow: the signature covers the address.
    target = urlsplit(response.headers.get("Location", ""))
    if not target.netloc:
        return Misconfigured(
            f"{host_of(response.url)} redirects.", code="redirect_refused", hint=_ADDRESS_HINT
        )
    place = f"{target.scheme}://{target.netloc}"
    hint = f"Enter {place} as the address." if "/rest/" in target.path else _ADDRESS_HINT
    return Misconfigured(
        f"{host_of(response.url)} redirects to {place}.", code="redirect_refused", hint=hint
    )


def _passing(response: requests.Response) -> ConnectorError:
    """429 was not carried out; a write that met a 5xx may have been."""
    status, host = response.status_code, host_of(response.url)
    wait = retry_after(response)
    method = (response.request.method or "GET").upper()
    if status == 429 or method in READS or (status == 503 and wait is not None):
        text = message_of(response)
        said = f": {text}" if text else ""
        return Temporary(f"{host} has a problem (HTTP {status}){said}", retry_after=wait)
    return OutcomeUnknown(f"{host} answered HTTP {status} to a write.")


def _unauthorised(
    response: requests.Response, host: str, text: str, *, bearer: bool
) -> NeedsAttention:
    if response.headers.get("WWW-Authenticate", "").lower().startswith("basic"):
        return Misconfigured(
            f"{host} asks for a password before Magento is reached.",
            code="password_page",
            hint="Except /rest/ from the password protection of the web server.",
        )
    if "authorized to access" in text:
        return _no_right(host, text, bearer=bearer)
    if "signature is invalid" in text.lower():
        return NotConnected(f"{host}: {text}", code=BAD_SIGNATURE, hint=_KEYS_HINT)
    if refused := _oauth_refused(response, host, text):
        return refused
    return NotConnected(
        f"{host} does not accept the credentials: {text or 'HTTP 401'}",
        code="credentials_refused",
        hint="The integration was deleted, deactivated or re-authorised: copy its keys again.",
    )


def _no_right(host: str, text: str, *, bearer: bool) -> NeedsAttention:
    """Magento's one answer to a missing right and to a bearer token that it does not take."""
    resource = text.partition("access ")[2].strip(" .") or "that is asked for"
    if bearer:
        hint = _BEARER_HINT.format(resource=resource)
        return NotConnected(f"{host}: {text}", code=BEARER_REFUSED, hint=hint, field=resource)
    return Misconfigured(
        f"{host}: {text}",
        code=MISSING_RIGHT,
        hint=f"Grant {resource} to the integration (its tab API) and save it.",
        field=resource,
    )


def _oauth_refused(response: requests.Response, host: str, text: str) -> NeedsAttention | None:
    """Refusals of OAuth parameters, which come as 400 or 401 by version."""
    lowered = text.lower()
    if "nonce" in lowered and "timestamp" not in lowered:
        return Misconfigured(
            f"{host}: {text}",
            code="nonce_used",
            hint="The same signed call reached the shop twice: a proxy or load balancer in front "
            "of it repeats calls. Switch that off for /rest/.",
        )
    if "timestamp" in lowered:
        return Misconfigured(
            f"{host}: {text}",
            code="clock_skew",
            hint=_clocks_hint(response),
        )
    if "signature method" in lowered:
        return Misconfigured(
            f"{host}: {text}",
            code="signature_method",
            hint="The shop takes no HMAC-SHA256 signatures: update Magento to 2.4.4 or newer.",
        )
    if "consumer" in lowered or "token" in lowered or "oauth_" in lowered:
        return NotConnected(f"{host}: {text}", code="credentials_refused", hint=_KEYS_HINT)
    return None


def _clocks_hint(response: requests.Response) -> str:
    """By how much the clocks differ, where the answer says what time it is there."""
    try:
        there = parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return "The clocks of this server and the shop differ: set both by NTP."
    seconds = round(there - clock.timestamp())
    way = "ahead of" if seconds > 0 else "behind"
    return (
        f"The shop's clock is {abs(seconds)} seconds {way} this server's, and Magento takes no "
        "signature that is more than 10 minutes off: set both by NTP."
    )


def _not_found(response: requests.Response, host: str, text: str) -> NeedsAttention:
    if text and "route" not in text and "store that was requested" not in text:
        return Rejected(f"{host}: {text}", code="not_found", texts=(text,))
    return Misconfigured(
        f"{host} has no REST API of Magento at this address: {text or 'HTTP 404'}",
        code=WRONG_ADDRESS,
        hint="Check the address: it may lack a folder, or belong to another shop system.",
    )
