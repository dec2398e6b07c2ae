"""The bar that every page of a store's mapping bears while something waits to be published, and
what settings are called."""

from __future__ import annotations

from typing import Any

from django import template

from accounting.unmapped.gaps import Gap
from connector.configuration.versions.draft import Drafted
from connector.lib.rights import MAPPING
from connector.pages.mapping.draft import condition
from connector.pages.parts.core_texts import in_words
from connector.pages.subjects.naming import words_of

register = template.Library()


@register.inclusion_tag("accounts/_draft_bar.html", takes_context=True)
def draft_bar(context: template.Context, draft: Drafted, here: str = "") -> dict[str, Any]:
    """“Draft with 3 changes by Ana”, with what can be done about it; nothing where there is none.
    `here` is the page that it stands on, which is no link then: draft, try."""
    request = context.get("request")
    return {
        "draft": draft,
        "slug": draft.store.slug,
        "condition": condition(draft),
        "may": request is not None and request.user.has_perm(MAPPING),
        "conflicts": any(one.in_conflict for one in draft.changes),
        "here": here,
    }


@register.filter
def setting(name: str) -> str:
    """A setting, by its path within the store's section, as its page calls it."""
    return words_of(name)


@register.filter
def thing(gap: Gap) -> str:
    """What is not mapped; of what is mapped and does not fit, the setting."""
    return words_of(gap.what) if gap.what == gap.field else in_words(gap.what)
