"""How calls are signed: OAuth 1.0a with HMAC-SHA256, the only method that Magento takes.

Shops differ in the path that they sign where it holds an encoded character such as `%2F`. Magento
2.4.7 signs it as Laminas\\Uri\\Uri::normalizePath leaves it: what may stand in a path by itself is
decoded first. Others sign it as it was sent, as RFC 5849 has it.
"""

from __future__ import annotations

import re
import string

import requests
from oauthlib.common import Request
from oauthlib.oauth1 import Client
from requests.auth import AuthBase
from requests_oauthlib import OAuth1

from stores.adapters.magento.credentials import MagentoCredentials

_PLAIN = frozenset(string.ascii_letters + string.digits + "_-.~:@&=+$,/;%")


class Bearer(AuthBase):
    """The access token by itself; Magento takes it only where that is switched on."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class SignedAsRead(Client):
    """Signs the path as Magento 2.4.7 reads it, and sends it as it is."""

    def get_oauth_signature(self, request: Request) -> str:
        sent, request.uri = request.uri, as_read(request.uri)
        try:
            return str(super().get_oauth_signature(request))
        finally:
            request.uri = sent


def ways_to_sign(credentials: MagentoCredentials) -> tuple[AuthBase, ...]:
    """The forms that a shop may want, the likeliest first; a bearer token has one."""
    if credentials.bearer is not None:
        return (Bearer(credentials.bearer.get_secret_value()),)
    keys = [key.get_secret_value() for key in credentials.keys]
    return tuple(
        OAuth1(*keys, signature_method="HMAC-SHA256", client_class=form)
        for form in (SignedAsRead, Client)
    )


def as_read(url: str) -> str:
    """The address with its path normalised as Laminas does it; the query stays as it is."""
    path, mark, query = url.partition("?")
    plain = re.sub(r"%[0-9A-Fa-f]{2}", _decoded, path)
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", plain) + mark + query


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[0][1:], 16))
    return character if character in _PLAIN else found[0].upper()
