"""The way back into the set-up, on every page to which it leads."""

from __future__ import annotations

from django.http import HttpRequest

from connector.pages.wizard.progress import SetUpFacts

_KEY = "set_up"


def remember(request: HttpRequest, found: SetUpFacts) -> None:
    """This person is at the set-up of this store: other pages lead back to it."""
    kept = {"slug": found.store.slug, "name": found.store.name} if found.store else {"slug": ""}
    if request.session.get(_KEY) != kept:
        request.session[_KEY] = kept


def forget(request: HttpRequest) -> None:
    """The set-up is done with: no page speaks of it."""
    request.session.pop(_KEY, None)
