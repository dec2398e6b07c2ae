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

    def database(self, name: str, default: str) -> dict[str, Any]:
        """An entry of DATABASES: SQLite for one box, or PostgreSQL; both behave alike under our
        locks."""
        config: dict[str, Any] = self.db_url_config(self.ENVIRON.get(name, default))
        options = config.setdefault("OPTIONS", {})
        if config["ENGINE"] == "django.db.backends.sqlite3":
            config["ENGINE"] = "connector.lib.database.sqlite"  # writers wait in turn
            # IMMEDIATE takes the write lock at BEGIN, where the busy timeout works; a lock
            # taken later fails at once. WAL lets pages read while a worker writes.
            options.setdefault("transaction_mode", "IMMEDIATE")
            # Opening costs more than a short request, and closing the last one empties the WAL.
            config.setdefault("CONN_MAX_AGE", 300)
            options.setdefault("timeout", 20)
            options.setdefault(
                "init_command",
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            )
        elif config["ENGINE"] == "django.db.backends.postgresql":
            config.setdefault("CONN_MAX_AGE", 300)
            config.setdefault("CONN_HEALTH_CHECKS", True)
            options.setdefault("connect_timeout", 5)
        else:
            raise ImproperlyConfigured(f"{name} must begin with sqlite:// or postgres://")
        return config

    def mail(self, name: str, default: str, *, sender: str) -> dict[str, Any]:
        """Django's settings for e-mail, by an address such as
        smtp+tls://user:password@host:587/?from=books@example.com.

        Without a `from`, mail comes from the user, if that is an address, else from `sender`.
        """
        config: dict[str, Any] = self.email_url_config(self.ENVIRON.get(name, default))
        given: dict[str, Any] = {key.lower(): v for key, v in config.pop("OPTIONS", {}).items()}
        user = config.get("EMAIL_HOST_USER") or ""
        config["DEFAULT_FROM_EMAIL"] = str(given.pop("from", user if "@" in user else sender))
        if given:
            raise ImproperlyConfigured(f"{name}: unknown option {sorted(given)[0]!r}")
        return {key: value for key, value in config.items() if value is not None}


def origin(url: str) -> str:
    """Scheme, host and port of an address: what browsers compare."""
    return f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
