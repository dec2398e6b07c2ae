"""`${NAME}` in the file's texts, replaced by the environment or by what is stored.

A secret whose variable is not set keeps its stored value; any other value needs the
variable. `$${NAME}` stands for the characters `${NAME}` themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connector.configuration.known import Known
from connector.lib.schema import dotted

Path = tuple[int | str, ...]
# The value of a variable, None where it is unset or empty. May raise OSError (NAME_FILE).
Lookup = Callable[[str], str | None]

_REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")


def is_secret(path: Path) -> bool:
    """Whether the value at this place is kept as a secret (the client id is treated as one)."""
    match path:
        case ("xero", "client_id" | "client_secret" | "webhook_key"):
            return True
        case ("alerts", int(), "url"):
            return True
        case ("stores", int(), "webhook_secret") | ("stores", int(), "credentials", str()):
            return True
    return False


def escaped(text: str) -> str:
    """A text as a file has it, so that nothing of it is taken for a variable."""
    return _REFERENCE.sub(lambda match: f"${match[0]}" if not match[1] else match[0], text)


class Expansion:
    """Expands a whole document; `problems` are lines, `failed` the places they are about."""

    def __init__(self, document: Any, lookup: Lookup, known: Known) -> None:
        self.problems: list[str] = []
        self._document = document
        self._lookup = lookup
        self._known = known
        self.value = self._expanded(document, ())

    def _expanded(self, value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: self._expanded(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._expanded(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        return self._text(value, path)

    def _text(self, text: str, path: Path) -> str:
        unset: list[str] = []

        def replacement(match: re.Match[str]) -> str:
            if match[1]:
                return match[0][1:]
            found = self._variable(match[2], path)
            if not found:
                unset.append(match[2])
            return found

        filled = _REFERENCE.sub(replacement, text)
        if not unset:
            return filled
        stored = self._stored(path, text) if is_secret(path) else ""
        if not stored and not self._failed(path):
            names = ", ".join(dict.fromkeys(unset))
            why = ", and no value is stored" if is_secret(path) else ""
            self.problems.append(f"{dotted(path)}: {names} is not set in the environment{why}")
        return stored or text

    def _variable(self, name: str, path: Path) -> str:
        try:
            return self._lookup(name) or ""
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self.problems.append(f"{dotted(path)}: the file of {name} cannot be read: {reason}")
            return ""

    def _failed(self, path: Path) -> bool:
        return any(line.startswith(f"{dotted(path)}: ") for line in self.problems)

    def _stored(self, path: Path, written: str) -> str:
        """The stored secret that belongs to this place; "" if there is none."""
        match path:
            case ("xero", str(key)):
                return self._known.xero.get(key, "")
            case ("alerts", int(), "url"):
                return self._stored_alert(written)
            case ("stores", int(index), *rest):
                return self._stored_of_store(index, [str(part) for part in rest])
        return ""

    def _stored_alert(self, written: str) -> str:
        """Alerts have no names: the text that the file has for the address tells which."""
        for alert in self._known.alerts:
            if alert.url and written in (alert.written, f"${{{alert.variable}}}"):
                return alert.url
        return ""

    def _stored_of_store(self, index: int, rest: list[str]) -> str:
        section = self._document["stores"][index]
        place: Path = ("stores", index, "slug")
        written = _text(section.get("slug"))
        slug = _REFERENCE.sub(lambda match: self._variable(match[2], place), written)
        store = self._known.stores.get(slug)
        # The keys of another platform's shop open nothing.
        if store is None or store.platform != _text(section.get("platform")):
            return ""
        if rest[0] == "webhook_secret":
            return store.webhook_secret
        return store.credentials.get(rest[1], "")


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
