"""What a person must be allowed before a view answers: each view says so itself.

`@right()` stands on a page that anybody who is logged in may read. `@right("stores.change_store")`
lets everybody read, and asks for that permission before anything is changed; with
`reading=False` it asks for it even before the page is shown. A view that says nothing answers
to superusers alone: `connector/pages/closed.py` sees to that, and to the log-in before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# What may be changed: permissions that Django keeps for the models behind them.
ORDERS = "sync.change_trackedorder"
CUSTOMERS = "sync.change_shopcontact"
BACKFILLS = "sync.change_backfill"
RECONCILIATIONS = "sync.change_reconcilerun"
STORES = "stores.change_store"
MAPPING = "accounts_mapping.change_mappingversion"
XERO_APP = "xero.change_xeroapp"
INSTALLATION = "sync.change_preferences"
ORGANISATIONS = "xero.change_organisation"


@dataclass(frozen=True, slots=True)
class Right:
    """`change` is the permission that is asked for; "" is one that only superusers have."""

    change: str = ""
    reading: bool = True

    def allows(self, user: Any, method: str) -> bool:
        """Whether this person, who is logged in, may make a request of this method."""
        if self.reading and method in SAFE_METHODS:
            return True
        if not self.change:
            return bool(user.is_active and user.is_superuser)
        return bool(user.has_perm(self.change))


NOTHING_SAID = Right(reading=False)


def right(change: str = "", *, reading: bool = True) -> Callable[[View], View]:
    """Say what a view asks for, and ask for it."""
    return asking(Right(change, reading))


def asking(asked: Right) -> Callable[[View], View]:
    """A view that answers only to who has the right that is asked for; 403 to all others."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not asked.allows(request.user, request.method or ""):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = asked  # type: ignore[attr-defined]
        return guarded

    return declare


def declared(view: View) -> Right | None:
    """What a view asks for; None if it does not say."""
    return getattr(view, "right", None)
