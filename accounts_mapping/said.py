"""Sentences of packages that know no framework: English, and what they are made of.

    said("%(code)s is the code of Xero's own chart for it.", code="200")

is that sentence; a page that is read in another language says its template there, with the same
values (`connector.pages.parts.core_texts`). What is stored of it is the sentence alone.
"""

from __future__ import annotations

from collections.abc import Mapping


class Said(str):
    """A text that remembers its template and its values, of which some may be such texts too."""

    template: str
    values: Mapping[str, object]


def said(template: str, **values: object) -> Said:
    """The template filled in. A percent sign by itself is written `%%`."""
    text = Said(template % values)
    text.template, text.values = template, values
    return text
