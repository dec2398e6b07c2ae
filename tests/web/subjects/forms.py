"""What a browser would send of a page's forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Pairs = list[tuple[str, str]]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Pairs] = []
        self._select: str | None = None
        self._text: str | None = None
        self._said = ""
        self._apart = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "template":
            self._apart += 1
        if self._apart:
            return
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and given.get("name"):
            self._input(given)
        elif tag == "select":
            self._select = given["name"]
            self._first: str | None = None
            self._chosen: str | None = None
        elif tag == "option" and self._select is not None:
            value = given.get("value", "")
            self._first = value if self._first is None else self._first
            self._chosen = value if "selected" in given else self._chosen
        elif tag == "textarea":
            self._text, self._said = given["name"], ""

    def _input(self, given: dict[str, Any]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if kind not in ("submit", "file", "button"):
            value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
            self.forms[-1].append((given["name"], value or ""))

    def handle_data(self, data: str) -> None:
        self._said += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._apart -= 1
        if self._apart:
            return
        if tag == "select" and self._select is not None:
            chosen = self._chosen if self._chosen is not None else self._first
            self.forms[-1].append((self._select, chosen or ""))
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self.forms[-1].append((self._text, self._said.strip()))
            self._text = None


def form_with(html: str, name: str) -> dict[str, list[str]]:
    """The values of the form that has this field, by name: as they stand in the page."""
    parser = _Forms()
    parser.feed(html)
    found = next(pairs for pairs in parser.forms if name in dict(pairs))
    values: dict[str, list[str]] = {}
    for key, value in found:
        values.setdefault(key, []).append(value)
    return values
