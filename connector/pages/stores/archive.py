"""A store that is not used any more is archived, and can be taken back."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connector.configuration.versions.archiving import archive
from connector.lib.rights import STORES, right
from connector.pages.parts.confirming import Question, confirm
from stores.models import Store


@right(STORES, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def store_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once; then archives the store (`away=1`), or takes it back (`away=0`)."""
    store = get_object_or_404(Store, slug=slug)
    if request.method != "POST":
        return confirm(request, _back(store) if store.archived else _away(store))
    away = request.POST.get("away") == "1"
    with transaction.atomic():
        done = archive(store, away=away, author=request.user)
    if away:
        said = _("%(name)s is archived.") if done else _("%(name)s was archived already.")
    else:
        said = (
            _("%(name)s is taken back, and switched off. Test its connection, then switch it on.")
            if done
            else _("%(name)s was taken back already.")
        )
    (messages.success if done else messages.info)(request, said % {"name": store.name})
    return redirect("dashboard:store", slug)


def _away(store: Store) -> Question:
    name = {"name": store.name, "prefix": store.number_prefix}
    return Question(
        title=_("Archive %(name)s") % name,
        sentence=_("For a shop that has closed or moved. It can be taken back."),
        button=_("Archive %(name)s") % name,
        address=reverse("dashboard:store-archive", args=[store.slug]),
        back=reverse("dashboard:store", args=[store.slug]),
        happens=[
            _("It is switched off: nothing more is read from its shop or posted to Xero."),
            _("What its shop calls is refused, and its address for the shop’s cron ends."),
            _("It leaves the lists of stores and what can be chosen; “Archived stores” shows it."),
        ],
        stays=[
            _("Its orders and documents can be read here as before, and stay in Xero."),
            _("What waits is kept, and would go on once the store is taken back and switched on."),
            _("Its numbers stay taken: those of no other store may begin with %(prefix)s.") % name,
            _("Its keys, settings and mapping are kept."),
        ],
        carried=[("away", "1")],
    )  # fmt: skip


def _back(store: Store) -> Question:
    name = {"name": store.name}
    return Question(
        title=_("Take %(name)s back") % name,
        sentence=_("It comes back as it was, switched off."),
        button=_("Take %(name)s back") % name,
        address=reverse("dashboard:store-archive", args=[store.slug]),
        back=reverse("dashboard:store", args=[store.slug]),
        happens=[
            _("It stands on the lists again, and what its shop calls is kept for later."),
            _("Once you switch it on, it goes on where it stopped: what waited is posted."),
        ],
        stays=[_("Nothing is read or posted before you switch it on.")],
        carried=[("away", "0")],
    )
