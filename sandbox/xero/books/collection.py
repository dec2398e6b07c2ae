"""Documents of one kind: kept in the order of their last change, found by id or indexed key.

Nothing is searched from end to end for one document.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from sandbox.xero.wire import Doc

Key = Callable[[Doc], str | None]


def fold(text: str | None) -> str | None:
    """Text as Xero compares it: without case, accents and surrounding space."""
    if not text:
        return None
    plain = text.strip().casefold()
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Collection:
    """Documents of one kind, in the order of their last change, found by id or indexed key."""

    def __init__(self, id_field: str, keys: dict[str, Key] | None = None) -> None:
        self.id_field = id_field
        self._keys = keys or {}
        self._docs: dict[str, Doc] = {}
        self._index: dict[str, dict[str, dict[str, None]]] = {name: {} for name in self._keys}
        self._filed: dict[str, dict[str, str]] = {}

    def __len__(self) -> int:
        return len(self._docs)

    def __iter__(self) -> Iterator[Doc]:
        return iter(self._docs.values())

    def newest_first(self) -> Iterator[Doc]:
        return reversed(self._docs.values())

    def get(self, key: object) -> Doc | None:
        return self._docs.get(str(key).lower())

    def find(self, index: str, key: str | None) -> list[Doc]:
        """The documents filed under a key, oldest filing first."""
        if key is None:
            return []
        return [self._docs[one] for one in self._index[index].get(key, ())]

    def first(self, index: str, key: str | None) -> Doc | None:
        """The first document filed under a key, or None."""
        found = self.find(index, key)
        return found[0] if found else None

    def has_index(self, index: str) -> bool:
        return index in self._keys

    def remove(self, key: str) -> None:
        """Forget a document."""
        self._docs.pop(key, None)
        for name, filed in self._filed.pop(key, {}).items():
            del self._index[name][filed][key]

    def put(self, doc: Doc, *, changed: bool = True) -> None:
        """Add the document, or move it to the end as the latest changed."""
        key = doc[self.id_field]
        if changed:
            self._docs.pop(key, None)
        self._docs[key] = doc
        filed = self._filed.setdefault(key, {})
        for name, compute in self._keys.items():
            new, old = compute(doc), filed.get(name)
            if new == old:
                continue
            if old is not None:
                del self._index[name][old][key]
            if new is None:
                filed.pop(name, None)
            else:
                filed[name] = new
                self._index[name].setdefault(new, {})[key] = None
