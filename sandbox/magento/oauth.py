"""OAuth 1.0a as Magento checks it: HMAC-SHA256 over method, address and parameters.

The signature is computed here from RFC 5849, independent of the client's library; the path is
first normalised as Magento 2.4.7 has it done by Laminas, unless told otherwise. Texts of
the answers to a wrong method and a wrong signature are Magento 2.4.7's; those to a wrong
key, token, time or nonce are likely ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

_PAIR = re.compile(r'\s*([a-zA-Z_0-9]+)="([^"]*)"\s*(?:,|$)')
# What Laminas decodes in a path: unreserved characters, and those that may stand there as they are.
_DECODED = re.compile(r"%(?:2[46BCDEF]|3[0-9ABD]|4[0-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE]|25)", re.I)
_FUTURE = 600  # seconds a client's clock may be ahead
_NONCES = 200_000


@dataclass(frozen=True, slots=True)
class Credentials:
    """An integration's keys. The bearer token is the access token."""

    consumer_key: str = "demokey0000000000000000000000key"
    consumer_secret: str = "demosecret00000000000000000secret"  # noqa: S105 - open on purpose
    access_token: str = "demotoken00000000000000000000token"  # noqa: S105
    access_token_secret: str = "demotokensecret000000000000secret"  # noqa: S105


class Refused(Exception):
    """The request is not let in: HTTP `status`, Magento's `message` and its parameters."""

    def __init__(self, status: int, message: str, parameters: object = None) -> None:
        super().__init__(message)
        self.status, self.message, self.parameters = status, message, parameters


@dataclass(frozen=True, slots=True)
class Call:
    """What is signed: the address without query, and the decoded query parameters."""

    method: str
    url: str
    query: Sequence[tuple[str, str]]
    authorization: str


def encode(text: str) -> str:
    """RFC 3986 encoding: everything but letters, digits and -._~."""
    return quote(text, safe="-._~")


def base_string(method: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """The text that is signed (RFC 5849, section 3.4.1)."""
    pairs = sorted((encode(name), encode(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), encode(url), encode(joined)))


def normalised(url: str) -> str:
    """The address as Laminas\\Uri\\Uri::normalizePath leaves it (the query is apart)."""
    plain = _DECODED.sub(lambda found: unquote(found[0]), url)
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", plain)


def sign(text: str, credentials: Credentials) -> str:
    """The HMAC-SHA256 signature of a base string, in base64."""
    key = f"{encode(credentials.consumer_secret)}&{encode(credentials.access_token_secret)}"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Gate:
    """Lets requests in that carry the shop's credentials. `bearer` is off by default in Magento.

    `rfc`: paths are signed as they are sent, and not as Magento 2.4.7 reads them.
    """

    def __init__(
        self, credentials: Credentials, *, bearer: bool, rfc: bool, seconds: Callable[[], float]
    ) -> None:
        self.credentials = credentials
        self.bearer = bearer
        self.rfc = rfc
        self._seconds = seconds
        self._nonces: dict[tuple[str, str], None] = {}

    def check(self, call: Call, resource: str) -> None:
        """Raises `Refused`. A missing or unknown token is answered like a missing grant."""
        scheme, _, rest = call.authorization.partition(" ")
        if scheme.lower() == "bearer":
            expected = self.credentials.access_token
            if self.bearer and hmac.compare_digest(rest.strip().encode(), expected.encode()):
                return
            raise not_authorized(resource)
        if scheme.lower() != "oauth":
            raise not_authorized(resource)
        self._check_oauth(call, rest)

    def _check_oauth(self, call: Call, header: str) -> None:
        given = {name: unquote(value) for name, value in _PAIR.findall(header)}
        signature = given.pop("oauth_signature", "")
        given.pop("realm", None)
        self._check_parameters(given, signature)
        parameters = [*call.query, *given.items()]
        url = call.url if self.rfc else normalised(call.url)
        expected = sign(base_string(call.method, url, parameters), self.credentials)
        try:
            same = hmac.compare_digest(base64.b64decode(signature), base64.b64decode(expected))
        except (binascii.Error, ValueError):
            same = False
        if not same:
            raise Refused(401, "The signature is invalid. Verify and try again.")
        self._remember(given["oauth_timestamp"], given["oauth_nonce"])

    def _check_parameters(self, given: dict[str, str], signature: str) -> None:
        names = ("consumer_key", "token", "signature_method", "timestamp", "nonce")
        missing = [f"oauth_{name}" for name in names if not given.get(f"oauth_{name}")]
        if not signature:
            missing.append("oauth_signature")
        if missing:
            text = "The following field(s) are required: %1"
            raise Refused(400, text, [", ".join(missing)])
        if given["oauth_signature_method"] != "HMAC-SHA256":
            text = "Signature method %1 is not supported"
            raise Refused(400, text, [given["oauth_signature_method"]])
        if given["oauth_consumer_key"] != self.credentials.consumer_key:
            raise Refused(401, "A consumer with this key doesn't exist.")
        if given["oauth_token"] != self.credentials.access_token:
            raise Refused(401, "The token doesn't exist.")
        stamp = given["oauth_timestamp"]
        if not stamp.isdecimal() or not 0 < int(stamp) <= self._seconds() + _FUTURE:
            text = "The timestamp value in the oauth_timestamp parameter is incorrect."
            raise Refused(400, text)

    def _remember(self, stamp: str, nonce: str) -> None:
        if (stamp, nonce) in self._nonces:
            raise Refused(401, "The nonce is already being used by the consumer.")
        if len(self._nonces) >= _NONCES:
            del self._nonces[next(iter(self._nonces))]
        self._nonces[stamp, nonce] = None


def not_authorized(resource: str) -> Refused:
    """Magento's one answer to no token, an unknown bearer and a missing grant."""
    text = "The consumer isn't authorized to access %resources."
    return Refused(401, text, {"resources": resource})
