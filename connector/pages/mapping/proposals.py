"""What a store could be mapped to: each proposal with its reason, accepted into the draft at a
click; and accounts that Xero lacks, made there at a click each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts_mapping.proposals.proposal import MappingProposal, NewAccount, Sure
from accounts_mapping.proposals.propose import propose
from connector.configuration.versions.draft import Drafted
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.refusals import Conflict, DraftRefused, Outdated
from connector.lib.errors import ConnectorError
from connector.lib.rights import MAPPING, ORGANISATIONS, right
from connector.pages.mapping.looking import Look, chosen_store
from connector.pages.mapping.subjects import field_url
from connector.pages.parts.core_texts import errors_shown
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from stores.models import Store
from xero.accounts import Wanted, make_account
from xero.models import MadeAccount

_LOG = 20
# The class of the label, and the word.
_SURE = {
    Sure.CERTAIN: ("posted", gettext_lazy("Certain")),
    Sure.LIKELY: ("working", gettext_lazy("Likely")),
    Sure.GUESS: ("held", gettext_lazy("A guess")),
}
_STATES = {
    MadeAccount.State.MADE: "posted", MadeAccount.State.FOUND: "posted",
    MadeAccount.State.REFUSED: "dead", MadeAccount.State.UNKNOWN: "unknown",
    MadeAccount.State.ASKED: "working",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal as the page has it; `mark` names it in the form."""

    proposal: MappingProposal
    mark: str
    url: str
    shape: str
    word: str


@right(MAPPING)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def proposals(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows them; POST accepts one (`one`), or of those that were shown all that are no guess
    (`all`)."""
    store = chosen_store(slug)
    look = Look(store)
    found = propose(look.mapped, look.facts, look.shows)
    if request.method == "POST":
        _accept(request, look, _wanted(request, found.proposals))
        return redirect(way_back(request, request.path))
    shown = [_shown(store, one) for one in found.proposals]
    context = {
        "store": store,
        "connected": look.facts.connected,
        "shown": shown,
        "safe": sum(one.proposal.sure is not Sure.GUESS for one in shown),
        "missing": [{"account": one, "mark": _mark(_name(one))} for one in found.missing],
        "gaps": found.gaps,
        "made": _made(store),
        "draft": look.draft,
    }
    return render(request, "accounts/proposals.html", context)


def offered(look: Look) -> tuple[list[ShownProposal], int]:
    """What is proposed to a store, and how many accounts Xero lacks for it."""
    found = propose(look.mapped, look.facts, look.shows)
    return [_shown(look.store, one) for one in found.proposals], len(found.missing)


def _shown(store: Store, one: MappingProposal) -> ShownProposal:
    shape, word = _SURE[one.sure]
    return ShownProposal(one, _mark(one.key), field_url(store.slug, one.field), shape, str(word))


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _name(account: NewAccount) -> str:
    return f"{account.code} {account.name}"


def _wanted(request: HttpRequest, found: Iterable[MappingProposal]) -> list[MappingProposal]:
    """What was asked for and is proposed still, word for word."""
    if "all" in request.POST:
        marks = set(request.POST.getlist("shown"))
        return [
            one for one in found if one.sure is not Sure.GUESS and _mark(one.key) in marks
        ]  # fmt: skip
    return [one for one in found if _mark(one.key) == request.POST.get("one")]


def _accept(request: HttpRequest, look: Look, wanted: Sequence[MappingProposal]) -> None:
    """Into the draft, all or nothing; nothing of it is live before it is published."""
    if not wanted:
        messages.warning(request, _("Nothing was accepted: it was answered meanwhile."))
        return
    edits = edits_of(look.draft, wanted)
    try:
        edit_many(look.store, edits, author=request.user, seen=look.draft.seen(*edits))
    except DraftRefused as refused:
        lines = [
            f"{field}: {' '.join(text)}" for field, text in errors_shown(refused.errors).items()
        ]
        messages.error(request, _("Not accepted. %(why)s") % {"why": " ".join(lines)})
    except (Conflict, Outdated):
        messages.error(request, _("Somebody changed the draft just now. Look again, then accept."))
    else:
        text = ngettext(
            "%(count)s proposal is in the draft. It takes effect once the draft is published.",
            "%(count)s proposals are in the draft. They take effect once the draft is published.",
            len(wanted),
        )
        messages.success(request, text % {"count": len(wanted)})


def edits_of(drafted: Drafted, wanted: Iterable[MappingProposal]) -> dict[tuple[str, ...], Any]:
    """The proposals as edits of the draft; entries of lists stand behind those that are there."""
    edits: dict[tuple[str, ...], Any] = {}
    for one in wanted:
        if one.adds:
            there = edits.get(one.path, drafted.value(*one.path) or ())
            edits[one.path] = [*there, one.value]
        else:
            edits[one.path] = one.value
    return edits


@right(ORGANISATIONS)
@require_POST
@in_use
def make_missing(request: HttpRequest, slug: str) -> HttpResponse:
    """Make one of the missing accounts in Xero, as it was shown."""
    store = chosen_store(slug)
    look = Look(store)
    missing = propose(look.mapped, look.facts, look.shows).missing
    asked = request.POST.get("account")
    account = next((one for one in missing if _mark(_name(one)) == asked), None)
    page = redirect("accounts:mapping-proposals", slug=slug)
    if account is None or store.organisation is None:
        messages.warning(request, _("Nothing was made: the account is not missing any more."))
        return page
    wanted = Wanted(account.code, account.name, account.type, account.payments)
    try:
        made = make_account(store.organisation, wanted, author=request.user)
    except ConnectorError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(account)s is in Xero. Accept it below.") % {"account": made})
    return page


def _made(store: Store) -> list[tuple[MadeAccount, str, str]]:
    """What was made in Xero from here, the latest first."""
    if store.organisation is None:
        return []
    rows = store.organisation.made_accounts.select_related("author")[:_LOG]
    return [(row, _STATES[MadeAccount.State(row.state)], row.get_state_display()) for row in rows]
