"""Whether what must be written can be written: the database and DATA_DIR, tried now and then."""

from __future__ import annotations

import tempfile
import time

from django.conf import settings
from django.db import DatabaseError, connection

from connector.lib import clock
from sync.models import Installation

# A full disk takes empty files, and what fits into a block that it has already.
_BYTES = 64 * 1024
_EVERY_SECONDS = 10.0
_well_until = 0.0


def complaint() -> str:
    """What cannot be written; "" if all can. Asked often, it writes every ten seconds."""
    global _well_until
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if time.monotonic() < _well_until:
            return ""
        Installation.column("id")
        Installation.objects.filter(pk=1).update(written_at=clock.now())
    except DatabaseError:
        return "database unreachable, or it cannot be written"
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR, buffering=0) as file:
            file.write(b"\0" * _BYTES)
    except OSError as error:
        return f"DATA_DIR cannot be written: {error.strerror}"
    _well_until = time.monotonic() + _EVERY_SECONDS
    return ""
