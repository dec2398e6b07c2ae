"""The one code that the extension shows."""

from __future__ import annotations

from stores.php import pairing
from stores.profile import PairingCode

_PREFIX = "oc1."


def read_code(code: str) -> PairingCode:
    """What a code holds. BadPairingCode for one that is none, or was not copied whole."""
    return pairing.read_code(_PREFIX, code)


def made_code(url: str, key: str, secret: str) -> str:
    """The code of a shop, as its extension makes it."""
    return pairing.made_code(_PREFIX, url, key, secret)
