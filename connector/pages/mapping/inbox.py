"""What a store has or its orders showed, and is not mapped: one list, each with its picker."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounting.unmapped.gaps import gaps
from accounts_mapping.rules.resolve import home_country
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.refusals import Conflict, DraftRefused, Outdated
from connector.lib.rights import MAPPING, right
from connector.pages.mapping.inbox_form import Edits, InboxForm
from connector.pages.mapping.looking import Look, chosen_store
from connector.pages.mapping.subjects import missing_url
from connector.pages.parts.core_texts import errors_shown
from connector.pages.stores.away import in_use

# So many pickers make a page; what is behind them comes once these are answered.
MOST = 60


@right(MAPPING)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def inbox(request: HttpRequest, slug: str) -> HttpResponse:
    """GET lists the gaps of the store as its draft would map it; POST answers some of them."""
    store = chosen_store(slug)
    look = Look(store)
    found = gaps(look.mapped, look.facts, look.shows)
    shown = found[:MOST]
    home = home_country(look.mapped, look.facts)
    form = InboxForm(shown, look.facts, home, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        edits = form.edits(look.draft.value)
        if _saved(request, look, form, edits):
            return redirect(request.path)
    holding = [one for one in found if one.holds]
    context = {
        "store": store,
        "form": form,
        "lines": form.lines(missing_url(slug, one.field, one.key) for one in shown),
        "holding": len(holding),
        "others": len(found) - len(holding),
        "more": len(found) - len(shown),
        "connected": look.facts.connected,
        "probed": store.facts.get("probed_at"),
        "draft": look.draft,
    }
    return render(request, "accounts/inbox.html", context)


def _saved(request: HttpRequest, look: Look, form: InboxForm, edits: Edits) -> bool:
    """Whether the answers are in the draft; otherwise the form says what is in the way."""
    if not edits:
        form.add_error(None, _("Choose an answer for at least one of them."))
        return False
    try:
        edit_many(look.store, edits, author=request.user, seen=look.draft.seen(*edits))
    except DraftRefused as refused:
        form.refuse(errors_shown(refused.errors), edits)
        return False
    except (Conflict, Outdated):
        form.add_error(None, _("Somebody changed the draft just now. Save once more."))
        return False
    text = ngettext(
        "%(count)s answer is in the draft. It takes effect once the draft is published.",
        "%(count)s answers are in the draft. They take effect once the draft is published.",
        len(edits),
    )
    messages.success(request, text % {"count": len(edits)})
    return True
