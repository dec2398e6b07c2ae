"""What a refusal by a shop's package means and who must act: the one place that decides it.

The package's own refusals have a code. Whatever stands in front of it, a maintenance page, a
password, a firewall, a redirect, answers in its own way, mostly with a web page: it is told by
its status and by what such pages hold. An answer that nobody signed is never data.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.lib import clock
from connector.lib.errors import (
    ConnectorError,
    Misconfigured,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.outgoing.answers import excerpt_of, host_of, retry_after

_PAIR = (
    "In the shop's admin open the Xero Connector, copy its pairing code, and paste it on the "
    "store's page here."
)
_ADDRESS = "Enter the address at which the shop itself is served, without a redirect."
_MAINTENANCE = re.compile(r"maintenance|wartung|we will be back|back soon", re.IGNORECASE)
_MESSAGES = re.compile(r"<b>(?:Notice|Warning|Deprecated|Unknown|Parse error|Fatal error)</b>:")
_FIREWALL = re.compile(
    r"cloudflare|cf-chl|just a moment|attention required|sucuri|imunify|captcha|access denied"
    r"|mod_security|not acceptable|blocked|incapsula|ddos",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """How a platform calls what a sentence must name.

    `program` is the shop's own, `package` what is installed in it; `page` is where its admin
    shows that, `installer` where it is installed. `route` is its address, below the shop's.
    """

    program: str
    package: str
    page: str
    installer: str
    route: str

    @property
    def installed(self) -> str:
        return (
            f"Install the {self.package} in the shop's admin ({self.installer}), and switch it on "
            f"under {self.page}. If it is on, the address lacks a folder (such as "
            "https://example.com/shop), or the web server's rules for search-engine addresses "
            "(.htaccess) do not let index.php through."
        )


def failure(
    response: requests.Response, proved: bytes | None, words: Words, *, writes: bool
) -> ConnectorError | None:
    """The error that an answer means; None for a success. `proved` is what of it the package
    signed."""
    status = response.status_code
    if 300 <= status < 400:
        return _redirected(response, words)
    succeeded = 200 <= status < 300
    # A refusal whose headers had left before it comes as a success, but signed.
    own = None if succeeded and proved is None else _own(response, proved)
    if own is not None:
        return _refused(response, own, words, writes=writes)
    if succeeded:
        return None if proved is not None else _unsigned(response, words)
    return _in_front(response, words, writes=writes)


def unexpected(url: str, what: str, words: Words) -> Misconfigured:
    """The error of an answer that is signed, but not what PROTOCOL.md says."""
    return Misconfigured(
        f"{host_of(url)} {what}.",
        code="unexpected_answer",
        hint=f"Install the newest version of the {words.package} in the shop.",
    )


def too_old(url: str, spoken: object, wanted: int, words: Words) -> Misconfigured:
    """The error of a package of another protocol than ours."""
    older = not isinstance(spoken, int) or spoken < wanted
    which = f"{words.package} in the shop" if older else "connector"
    return Misconfigured(
        f"The {words.package} in {host_of(url)} speaks protocol {spoken}, and this program "
        f"{wanted}.",
        code="protocol_differs",
        hint=f"Update the {which}: both are of one version when they come from one package.",
    )


def unproved(response: requests.Response, words: Words, *, signed: bool) -> Misconfigured:
    """The error of an answer whose signature is not the package's, or which has none."""
    host = host_of(response.url)
    what = "is signed with another secret, or was changed on its way" if signed else "is not signed"
    return Misconfigured(
        f"The answer of {host} {what}: {excerpt_of(response)}",
        code="answer_not_proved",
        hint="Something between shop and connector changes answers (a cache, a page optimiser, a "
        f"firewall): except {words.route} from it. Else: {_PAIR}",
    )


def _own(response: requests.Response, proved: bytes | None) -> dict[str, Any] | None:
    """The package's own words, `{"code", "message", "field"}`; None where they are not its.
    That a signature is wrong it says without one, as it does not know who asks."""
    try:
        body = json.loads(proved if proved is not None else response.content)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return None
    return error if proved is not None or error["code"] == "bad_signature" else None


def _refused(
    response: requests.Response, own: dict[str, Any], words: Words, *, writes: bool
) -> ConnectorError:
    host, code = host_of(response.url), own["code"]
    text = str(own.get("message") or code)
    if code == "bad_signature":
        return NotConnected(
            f"{host} does not accept the keys of this store.", code="credentials_refused",
            hint=f"They were made anew in the shop, or belong to another. {_PAIR}",
        )  # fmt: skip
    if code == "bad_timestamp":
        return Misconfigured(f"{host}: {text}", code="clock_skew", hint=_clocks(own.get("now")))
    if code == "replayed":
        return Misconfigured(
            f"{host}: {text}", code="nonce_used",
            hint="The same signed call reached the shop twice: a proxy or load balancer in front "
            "of it repeats calls. Switch that off for POST.",
        )  # fmt: skip
    if code == "switched_off":
        return Misconfigured(
            f"The {words.package} in {host} is switched off.", code="extension_off",
            hint=f"Switch it on in the shop's admin: {words.page}.",
        )  # fmt: skip
    if code == "unknown_call":
        return Misconfigured(
            f"The {words.package} in {host} is too old for this: {text}", code="protocol_differs",
            hint=f"Install the newest version of the {words.package} in the shop.",
        )  # fmt: skip
    if code == "failed" or response.status_code >= 500:
        return _passing(response, f"{host} has a problem: {text}", writes=writes)
    return Rejected(f"{host}: {text}", code=code, field=str(own.get("field") or ""), texts=(text,))


def _in_front(response: requests.Response, words: Words, *, writes: bool) -> ConnectorError:
    """What a page means that stands in front of the package."""
    status, host = response.status_code, host_of(response.url)
    page = _page(response)
    if status == 401:
        return Misconfigured(
            f"{host} asks for a password before {words.program} is reached.", code="password_page",
            hint="Except index.php of the shop from the password protection of the web server, "
            "for calls from this server at least.",
        )  # fmt: skip
    if status in (503, 502, 504) and _MAINTENANCE.search(page):
        return _passing(
            response, f"{host} is in maintenance mode: it is read again once that is over.",
            writes=False,
        )  # fmt: skip
    if status in (403, 406, 409, 415, 429, 503) and _FIREWALL.search(page):
        return _blocked(response, words)
    if status == 429 or status == 408 or status >= 500:
        return _passing(response, f"{host} has a problem (HTTP {status}).", writes=writes)
    if status == 403:
        return _blocked(response, words)
    if status == 413:
        return Misconfigured(
            f"{host} takes no call of this size (HTTP 413).", code="too_large",
            hint="The web server's limit on bodies is below 256 KB: raise it "
            "(client_max_body_size, LimitRequestBody).",
        )  # fmt: skip
    if status in (404, 405):
        return _not_there(response, words)
    said = excerpt_of(response) or "no text"
    return Rejected(
        f"{host} refused the request (HTTP {status}): {said}",
        code=f"http_{status}",
        texts=(said,),
    )


def _unsigned(response: requests.Response, words: Words) -> ConnectorError:
    """A success that is not the package's: mostly a page of the shop, or in front of it."""
    page, host = _page(response), host_of(response.url)
    if not _is_page(response):
        return unproved(response, words, signed="X-Connector-Answer" in response.headers)
    if _FIREWALL.search(page) and not _MAINTENANCE.search(page):
        return _blocked(response, words)
    if _MAINTENANCE.search(page):
        return Temporary(f"{host} is in maintenance mode: it is read again once that is over.")
    if _MESSAGES.search(page):
        return Misconfigured(
            f"PHP in the shop at {host} prints messages in place of the answer: "
            f"{excerpt_of(response)}",
            code="answer_not_proved",
            hint="Switch off that errors are displayed (in the shop's settings where it has such "
            "a switch, or display_errors of PHP). The messages name the plug-in that is to be "
            "mended, as does the shop's error log.",
        )
    return _not_there(response, words)


def _not_there(response: requests.Response, words: Words) -> Misconfigured:
    return Misconfigured(
        f"The Xero Connector does not answer in the shop at {host_of(response.url)}: a web page "
        f"(HTTP {response.status_code}) came in its place.",
        code="extension_missing",
        hint=words.installed,
    )


def _blocked(response: requests.Response, words: Words) -> Misconfigured:
    host = host_of(response.url)
    return Misconfigured(
        f"Something in front of {host} forbids the call (HTTP {response.status_code}): "
        f"{excerpt_of(response)}",
        code="forbidden",
        hint="A firewall or bot protection (the hosting's, or a cloud service's) stops calls by "
        f"programs. Let POST to {words.route} through from this server's address.",
    )


def _passing(response: requests.Response, text: str, *, writes: bool) -> ConnectorError:
    """429 was not carried out; a write that met a 5xx may have been."""
    wait = retry_after(response)
    if response.status_code == 429 or not writes:
        return Temporary(text, retry_after=wait)
    return OutcomeUnknown(text)


def _redirected(response: requests.Response, words: Words) -> Misconfigured:
    # A signed call cannot follow: browsers and libraries turn it into a GET without its body.
    host = host_of(response.url)
    target = urlsplit(response.headers.get("Location", ""))
    if not target.netloc:
        return Misconfigured(
            f"{host} redirects calls to {target.path or 'another page'}.",
            code="redirect_refused",
            hint=f"{_ADDRESS} If it is right, a plug-in for search-engine addresses redirects "
            f"index.php: except {words.route.partition('?')[2]} from it.",
        )
    place = f"{target.scheme or urlsplit(response.url).scheme}://{target.netloc}"
    folder = target.path.partition("/index.php")[0].rstrip("/")
    hint = f"Enter {place}{folder} as the address." if "index.php" in target.path else _ADDRESS
    return Misconfigured(f"{host} redirects to {place}.", code="redirect_refused", hint=hint)


def _clocks(now: Any) -> str:
    """By how much the clocks differ, where the answer says what time it is there."""
    try:
        seconds = round(float(now) - clock.timestamp())
    except (TypeError, ValueError, OverflowError):
        return "The clocks of this server and the shop differ: set both by NTP."
    way = "ahead of" if seconds > 0 else "behind"
    return (
        f"The shop's clock is {abs(seconds)} seconds {way} this server's, and calls that are more "
        "than 5 minutes off are refused: set both by NTP."
    )


def _page(response: requests.Response) -> str:
    return response.content[:65536].decode("utf-8", "replace")


def _is_page(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "").lower()
    start = response.content.lstrip()[:200].lower()
    return "html" in kind or start.startswith((b"<!doctype", b"<html", b"<head", b"<!--"))
