"""Sessions, encrypted in the database: while a person sets up an authenticator app, its secret
waits in the session for the first code.

Under a key that is no longer given a session ends, and the person logs in again. Sessions that
an earlier version wrote as plain JSON are read, and encrypted when they are saved next.
"""

from __future__ import annotations

import json
from typing import Any

from connector.lib import crypto

_CONTEXT = "sessions.Session.session_data"


class SealedJSON:
    """What Django asks of a serializer of sessions."""

    def dumps(self, session: dict[str, Any]) -> bytes:
        return crypto.keyring().seal(json.dumps(session), _CONTEXT).encode("ascii")

    def loads(self, stored: bytes) -> dict[str, Any]:
        text = stored.decode("utf-8")
        if text.startswith(f"{crypto.VERSION}:"):
            text = crypto.keyring().unseal(text, _CONTEXT)
        session: dict[str, Any] = json.loads(text)
        return session
