"""The bar that every page of a store's mapping bears while something waits to be published."""

from __future__ import annotations

from typing import Any

from django import template

from connector.configuration.versions.draft import Drafted
from connector.lib.rights import MAPPING
from connector.pages.mapping.draft import condition

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
