"""Static files served from where they lie, without a build step."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedAddressStorage(StaticFilesStorage):
    """`/static/app.css?v=1f2e3d4c`: the address changes when the content does."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        found = finders.find(name) if name else None
        if not isinstance(found, str):
            return address
        status = Path(found).stat()
        return f"{address}?v={_digest(found, status.st_mtime_ns, status.st_size)}"


@lru_cache(maxsize=1024)
def _digest(path: str, _changed: int, _size: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]
