"""From the file's text to checked settings, or to the list of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from accounts_mapping.rules.schema import Statuses
from connector.configuration.crosschecks import crosschecks
from connector.configuration.known import Known
from connector.configuration.schema import FileSchema
from connector.configuration.variables import Expansion, Lookup
from connector.configuration.yaml_text import MAX_BYTES, NotYaml, read_yaml
from connector.lib.schema import problems
from stores import registry
from stores.profile import PlatformProfile

_PATH = re.compile(r"[^\s:]*(?=: )")


class FileRefused(Exception):
    """The file is not applied; `lines` are all its faults, each with its dotted path."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def decoded(content: bytes) -> str:
    """The text of a file. Raises FileRefused if it is too large or not UTF-8."""
    if len(content) > MAX_BYTES:
        raise FileRefused([f"file: larger than {MAX_BYTES // 1024} KB"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused([f"line {line}: not UTF-8 text"]) from None


def read_configuration(text: str, lookup: Lookup, known: Known) -> FileSchema:
    """The checked file, variables and stored secrets filled in. Raises FileRefused."""
    try:
        document, lines = read_yaml(text)
    except NotYaml as error:
        raise FileRefused([str(error)]) from None
    if not isinstance(document, dict):
        raise FileRefused([*lines, "file: must be a mapping"])
    expansion = Expansion(document, lookup, known)
    lines += expansion.problems
    platforms = registry.profiles()
    filled = with_platform_defaults(expansion.value, platforms)
    lines += crosschecks(filled, known, platforms)
    checked = None
    try:
        # By alias only: `class_`, the name in Python, is no key of the file.
        checked = FileSchema.model_validate(filled, by_alias=True, by_name=False)
    except ValidationError as error:
        lines += problems(error)
    if checked is None or lines:
        raise FileRefused(one_for_each_place(lines))
    return checked


def with_platform_defaults(
    document: dict[str, Any], platforms: Mapping[str, PlatformProfile]
) -> dict[str, Any]:
    """The platform's own statuses, key by key, where they hold and a store does not set them."""
    stores = document.get("stores")
    if not isinstance(stores, list):
        return document
    defaults = {
        name: Statuses.proposed(platform).model_dump(mode="json")
        for name, platform in platforms.items()
        if platform.statuses_hold
    }

    def completed(store: Any) -> Any:
        name = store.get("platform") if isinstance(store, dict) else None
        if not isinstance(name, str) or name not in defaults:
            return store
        given = store.get("statuses", {})
        return store | {"statuses": defaults[name] | given} if isinstance(given, dict) else store

    return document | {"stores": [completed(store) for store in stores]}


def one_for_each_place(lines: list[str]) -> list[str]:
    """The first line about each place: what follows about the same place is its echo."""
    kept: dict[str, str] = {}
    for line in lines:
        found = _PATH.match(line)
        kept.setdefault(found[0] if found else line, line)
    return list(kept.values())
