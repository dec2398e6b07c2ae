"""A store for trying out, and an organisation that is no demo company: a person says that it may.

It is said of this organisation: where the store posts to another one, it is asked anew.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connector.lib import doorbell
from connector.lib.rights import STORES, right
from connector.pages.mapping.looking import chosen_store
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from stores.models import Store
from sync.rebuild import rebuild_held


def is_barred(store: Store) -> bool:
    """Whether nothing of the store is posted until a person confirms it."""
    organisation = store.organisation
    if organisation is None or store.profile.environment == "production":
        return False
    return not organisation.is_demo_company and not store.sandbox_confirmed


@right(STORES, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def confirm_sandbox(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, then lets a sandbox store post to its organisation; takes that back as well."""
    store = chosen_store(slug)
    back = way_back(request, reverse("dashboard:store", args=[slug]))
    if store.organisation is None or store.profile.environment == "production":
        messages.info(
            request, _("%(name)s is no sandbox: nothing is asked.") % {"name": store.name}
        )
        return redirect(back)
    names = {"name": store.name, "organisation": store.organisation.name}
    if request.method == "POST":
        may = request.POST.get("may") == "1"
        Store.objects.filter(pk=store.pk).update(sandbox_confirmed=may)
        if may and rebuild_held(store):
            doorbell.ring("sync.build", store.pk)
        said = _("%(name)s may post to %(organisation)s.") if may else _(
            "%(name)s posts to demo companies only."
        )  # fmt: skip
        messages.success(request, said % names)
        return redirect(back)
    may = not store.sandbox_confirmed
    question = Question(
        title=_("Let %(name)s post to %(organisation)s") % names if may
        else _("Let %(name)s post to demo companies only") % names,
        sentence=_("%(name)s is a sandbox, and %(organisation)s is no demo company.") % names,
        button=_("Let it post to %(organisation)s") % names if may
        else _("Let it post to demo companies only"),
        address=request.path,
        back=back,
        happens=[
            _("Its orders are posted to %(organisation)s as those of a real shop are.") % names
            if may else _("Its orders wait from now on, and say why.")
        ],
        stays=[_("What is in Xero already stays as it is.")],
        carried=[("may", "1" if may else "0"), ("next", back)],
        danger=may,
    )  # fmt: skip
    return confirm(request, question)
