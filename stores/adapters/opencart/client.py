"""The extension of an OpenCart shop, at its one address (PROTOCOL.md)."""

from __future__ import annotations

import requests

from stores.adapters.opencart.credentials import OpenCartCredentials
from stores.php.client import SignedClient
from stores.php.refusals import Words

WORDS = Words(
    program="OpenCart",
    package="extension",
    page="Extensions > Extensions > Modules > Xero Connector",
    installer="Extensions > Installer",
    route="index.php?route=extension/xero_connector/api",
)


class OpenCartClient(SignedClient):
    """One shop, one session, one thread."""

    def __init__(
        self, url: str, credentials: OpenCartCredentials, session: requests.Session
    ) -> None:
        key, secret = credentials.key.get_secret_value(), credentials.secret.get_secret_value()
        super().__init__(url, key, secret, session, WORDS)
