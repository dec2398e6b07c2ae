"""`make messages`: every text that can be translated, into `locale/messages.pot`.

A translation is `locale/<language>/LC_MESSAGES/django.po`, made from it, and compiled with
`pybabel compile -D django -d locale`; its language then joins LANGUAGES in `connector/settings.py`.
Nothing of it needs GNU gettext. Texts of the pure core stand in tables, and are taken from those.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import write_po
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None, "_noun": (1, 2), "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2),
    "said": None, "marked": None, "said_of": (1, 2),
}  # fmt: skip
_LITERAL = re.compile(r"""_\((?:"([^"]*)"|'([^']*)')\)""")
_FIRST = re.compile(r"""translate (?:"([^"]*)"|'([^']*)')""")
CODE = ("connector", "sync", "accounting", "accounts_mapping", "stores", "xero")


def catalog() -> Catalog:
    """What stands in templates, in Python, and in the tables of the core."""
    found = Catalog(project="shop-to-xero", charset="utf-8")
    listed = subprocess.run(
        ["git", "ls-files", "templates/*.html", "*.py"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split():
        text = (ROOT / name).read_text(encoding="utf-8")
        if name.endswith(".html"):
            for line, message in of_template(text):
                found.add(message, None, [(name, line)])
        elif name.split("/")[0] in CODE:
            source = io.BytesIO(text.encode("utf-8"))
            for line, message, comments, context in extract("python", source, KEYWORDS):
                found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    from connector.pages.parts.core_texts import all_texts

    for message in all_texts():
        found.add(message, None, [("core", 0)])
    return found


def of_template(text: str) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Line and text of each `translate`, `blocktranslate` (with its plural) and `_("…")`."""
    block: list[list[str]] = []
    trimmed = False
    for token in Lexer(text).tokenize():
        word = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if word == "endblocktranslate":
            parts = ["".join(part) for part in block]
            if trimmed:
                parts = [" ".join(map(str.strip, part.strip().splitlines())) for part in parts]
            yield token.lineno, (parts[0], parts[1]) if parts[1:] else parts[0]
            block = []
        elif block and word == "plural":
            block.append([])
        elif block:
            shown = f"%({token.contents})s" if token.token_type == TokenType.VAR else ""
            block[-1].append(shown or token.contents.replace("%", "%%"))
        else:
            if word == "blocktranslate":
                block, trimmed = [[]], "trimmed" in token.contents.split()
            for one, other in (
                _LITERAL.findall(token.contents) if token.token_type != TokenType.TEXT else ()
            ):
                yield token.lineno, one or other
            if word == "translate" and (literal := _FIRST.match(token.contents)):
                yield token.lineno, (literal[1] or literal[2]).replace("%", "%%")


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")
    django.setup()
    found = catalog()
    path = ROOT / "locale" / "messages.pot"
    with path.open("wb") as file:
        write_po(file, found, width=100, sort_by_file=True)
    sys.stdout.write(f"{len(found)} texts in {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
