"""Errors in the product's logs that no fault of ours explains: bugs, though the books be right."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

# What a stopped, crashed or restored server, a stopped broker and a killed process look like.
_OURS = re.compile(
    r"accepting TCP/IP connections|the database system is|recovery state has not|"
    r"terminating connection|connection is closed|connection is lost|server closed the connection|"
    r"before or while processing the request|connection already closed|"
    r'database "\w+" does not exist|relation "\w+" does not exist|'
    r"Connection refused|Cannot connect to redis|Connection closed by server|"
    r"Error while reading from|WorkerLostError|SIGKILL|Connection reset by peer|"
    r"Timed out waiting for UP message from <ForkProcess|"  # its successor begins on a busy machine
    r"ConnectionError|TimeoutError|being dropped|InterfaceError"
)


def unforeseen(folder: Path) -> Counter[str]:
    """How often each was logged: its event and the last line of its traceback."""
    found: Counter[str] = Counter()
    for file in sorted(folder.glob("*.log")):
        with file.open(encoding="utf-8", errors="replace") as lines:
            found.update(_errors(lines))
    return found


def _errors(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict) or entry.get("level") not in ("error", "critical"):
            continue
        event = str(entry.get("event"))
        trace = str(entry.get("exception") or entry.get("error") or "")
        if not _OURS.search(trace) and not _OURS.search(event):
            last = (trace.strip().splitlines() or [""])[-1]
            yield f"{event[:100]}: {last[:160]}".rstrip(": ")
