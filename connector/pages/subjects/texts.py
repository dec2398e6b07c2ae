"""Lists, conditions and answers as one types them into a field, and as the file has them."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

FLAG_ANSWERS = [("", _("either way")), ("true", _("yes")), ("false", _("no"))]


def flag_of(typed: str) -> bool | None:
    return {"true": True, "false": False}.get(typed)


def flag_text(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def listed(typed: str) -> str | list[str] | None:
    """`DE, FR` as a list; one text as itself. A comma within a text is written `\\,`."""
    parts = (part.strip() for part in re.findall(r"(?:\\.|[^,])+", typed, re.DOTALL))
    found = [re.sub(r"\\([\\,])", r"\1", part) for part in parts if part]
    return (found[0] if len(found) == 1 else found) or None


def said(value: Any) -> str:
    """The reverse of `listed`."""
    texts = [value] if isinstance(value, str) else value or []
    return ", ".join(text.replace("\\", "\\\\").replace(",", "\\,") for text in texts)
