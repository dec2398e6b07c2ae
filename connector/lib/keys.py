"""Keys that the product makes for itself on its first start.

Several processes (web, worker, beat) may start at once on an empty DATA_DIR: all of them
must end up with the same key, and none may read half of one. The key is written to a
private temporary file, which is then hard-linked to its name: the link either appears
whole or fails because another process was first.
"""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[], str]


def read_or_create(path: Path, make: Maker) -> str:
    """The text kept in `path`; created from `make()` with mode 0600 if it is not there.

    Safe for several processes at once: all get the text of the one that came first.
    Raises OSError if the directory cannot be made or written, ValueError if the file is
    empty (a full disk or a careless hand: making a new key would hide the loss of the old).
    """
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
        return _read(path)


def new_secret_key() -> str:
    """A key for sessions and signatures: 64 random URL-safe characters."""
    return secrets.token_urlsafe(48)


def new_encryption_key() -> str:
    """A key for secrets at rest: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _read(path: Path) -> str:
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise ValueError(f"{path} is empty: restore it from a backup, or delete it to start anew")
    return text


def _publish(path: Path, text: str) -> None:
    """Give `path` this text unless it already exists. Never leaves half a file."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # O_EXCL, 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return  # another process was first; its key counts
    finally:
        os.unlink(name)
