"""What gunicorn reads by itself where it is started in this directory."""

from __future__ import annotations

from typing import Any

_MEGABYTE = 1024 * 1024


def pre_request(worker: Any, request: Any) -> None:
    """Say on the answer that the connection ends, where it may: after a body that is refused
    unread (413), gunicorn does not look for where the next request begins."""
    headers = dict(request.headers)
    length = headers.get("CONTENT-LENGTH", "0")
    long = not length.isdecimal() or int(length) > _MEGABYTE
    if long or "TRANSFER-ENCODING" in headers:
        request.force_close()
