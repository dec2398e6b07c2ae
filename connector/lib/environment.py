"""The process environment as settings read it: NAME, or the file that NAME_FILE names."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from connector.lib import keys


class _Environment(FileAwareMapping):
    """os.environ with NAME_FILE, without the line end of such files; empty means not set.

    Compose files pass `NAME=` for a variable that nobody set, and editors end a secret's
    file with a line feed: neither may become a value.
    """

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        stripped = value.strip() if isinstance(value, str) else value
        if stripped == "":
            raise KeyError(key)
        return stripped


class Env(environ.FileAwareEnv):
    """django-environ with the kinds of values that this project has.

    All methods raise ImproperlyConfigured, naming the variable, for a bad value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = _Environment()

    def secret(self, name: str, directory: Path, make: keys.Maker) -> str:
        """A secret from the environment, else from its file in `directory`, made if missing.

        Not read through django-environ, which takes a value that begins with "$" for the
        name of another variable.
        """
        given = self.ENVIRON.get(name)
        if given:
            return str(given)
        try:
            return keys.read_or_create(directory / name.lower(), make)
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(
                f"{name} is not set and cannot be kept in DATA_DIR ({directory}): {error}. "
                f"Make that directory writable, or set {name}."
            ) from error

    def address(self, name: str, default: str) -> str:
        """An http or https address without a trailing slash."""
        url = str(self.str(name, default=default)).rstrip("/")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ImproperlyConfigured(f"{name} must be an http or https address, not {url!r}")
        return url

    def positive(self, name: str, default: int) -> int:
        """A whole number of at least 1."""
        return self.count(name, default, least=1)

    def count(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number of at least `least`."""
        try:
            number = int(self.int(name, default=default))
        except ValueError:
            number = least - 1
        if number < least:
            raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}")
        return number


def origin(url: str) -> str:
    """Scheme, host and port of an address: what browsers compare."""
    return f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
