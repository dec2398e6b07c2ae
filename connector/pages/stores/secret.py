"""The secret that signs a shop's calls: made here, shown once, and never again."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from connector.configuration.versions.publish import change
from connector.configuration.versions.refusals import DraftRefused
from connector.lib.rights import STORES, right
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.core_texts import errors_shown
from connector.pages.stores.away import in_use
from stores import registry
from stores.models import Store

_BYTES = 32


@right(STORES, reading=False)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
@in_use
def store_secret(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once; then makes a secret and shows it on the answer, which is the only page that does.

    Sent twice, the form makes one secret only: what is carried says which one was to go.
    """
    store = get_object_or_404(Store, slug=slug)
    hooks = registry.profile(store.platform).hooks
    if hooks.secret_of is not None:
        raise Http404("It follows from the keys.")
    if request.method != "POST":
        return confirm(request, _question(store))
    if not constant_time_compare(request.POST.get("seen", ""), _mark(store)):
        messages.warning(
            request,
            _("A secret was made meanwhile, and the page that showed it is gone. Nothing was "
              "changed now: make another if nobody has noted it."),
        )  # fmt: skip
        return redirect("dashboard:store-keys", slug)
    made = secrets.token_urlsafe(_BYTES)
    try:
        change(store, {}, author=request.user, seen=None, secrets={"webhook_secret": made})
    except DraftRefused as refused:
        for place, texts in errors_shown(refused.errors).items():
            messages.error(request, f"{place}: {' '.join(texts)}")
        return redirect("dashboard:store-keys", slug)
    return render(
        request, "stores/secret.html", {"store": store, "secret": made, "scheme": hooks.text}
    )


def _mark(store: Store) -> str:
    """Tells one secret from another, and nothing of either."""
    return salted_hmac("stores.webhook_secret", f"{store.pk} {store.webhook_secret}").hexdigest()


def _question(store: Store) -> Question:
    had_one = bool(store.webhook_secret)
    name = {"name": store.name}
    return Question(
        title=_("Make a webhook secret for %(name)s") % name,
        sentence=_("It is shown once, on the next page. Have the shop’s admin open beside it."),
        button=_("Make the secret"),
        address=reverse("dashboard:store-secret", args=[store.slug]),
        back=reverse("dashboard:store-keys", args=[store.slug]),
        happens=[
            _("The old one stops at once: put the new one into the shop, and into whatever else "
              "signs calls to this store, at the same time.")
            if had_one
            else _("Calls that the shop signs with it are taken from then on."),
        ],
        stays=[
            _("Nothing is lost meanwhile: calls that are refused speak of changes that the "
              "schedule reads anyway."),
        ],
        carried=[("seen", _mark(store))],
    )  # fmt: skip
