"""The second stage: what is proposed is accepted, what is not mapped is answered, and published."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts_mapping.proposals.proposal import Sure
from connector.lib.errors import ConnectorError
from connector.lib.rights import STORES, right
from connector.pages.mapping.looking import chosen_store
from connector.pages.mapping.proposals import offered
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from connector.pages.wizard.bar import remember
from connector.pages.wizard.progress import SetUpFacts, Stage, framed
from connector.templatetags.pages import of
from sync.ingest.pull import in_words
from sync.trials.latest import MOST, read_latest


@right()
@require_safe
def configure(request: HttpRequest, slug: str) -> HttpResponse:
    found = SetUpFacts(chosen_store(slug))
    remember(request, found)
    shown, missing = offered(found.look)
    context = {
        "shown": shown,
        "safe": sum(one.proposal.sure is not Sure.GUESS for one in shown),
        "guesses": sum(one.proposal.sure is Sure.GUESS for one in shown),
        "missing": missing,
        "draft": found.look.draft,
        "most": MOST,
        "here": request.path,
    }
    return render(request, "wizard/configure.html", framed(found, Stage.CONFIGURE, **context))


@right(STORES)
@require_POST
@in_use
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the shop's last orders, for what they show; nothing of them is sent."""
    store = chosen_store(slug)
    try:
        count = read_latest(store)
    except ConnectorError as error:
        messages.error(
            request, _("The orders could not be read: %(error)s") % {"error": in_words(error)}
        )
    else:
        said = _("%(orders)s of the shop read. Nothing of them is sent.")
        none = _("The shop has no order yet. Place one in the shop, then read again.")
        messages.success(request, said % {"orders": of(count, "order")} if count else none)
    return redirect(way_back(request, SetUpFacts(store).address(Stage.CONFIGURE)))
