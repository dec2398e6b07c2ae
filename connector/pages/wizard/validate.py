"""The third stage: the last real orders beside the shop's totals, and one of them as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from connector.lib.marks import row_key
from connector.lib.rights import ORDERS, right
from connector.pages.filters import zone_of
from connector.pages.mapping.looking import chosen_store
from connector.pages.parts.confirming import Question, confirm
from connector.pages.stores.away import in_use
from connector.pages.wizard.bar import remember
from connector.pages.wizard.compare import BothSides, shared_reasons, side_by_side
from connector.pages.wizard.progress import SetUpFacts, Stage, framed
from connector.pages.wording import Why, reasons_of
from stores.models import Store
from sync.models import TrackedOrder
from sync.orders.actions import try_one
from sync.trials.latest import MOST


@dataclass(frozen=True, slots=True)
class Tried:
    """An order that was asked for as a draft, and what became of it."""

    row: TrackedOrder
    shape: str
    word: str
    number: str
    total: Decimal | None
    link: str
    reasons: list[Why]

    @property
    def is_moving(self) -> bool:
        return not self.link and self.row.label in (
            TrackedOrder.Label.WORKING, TrackedOrder.Label.CHECKING,
        )  # fmt: skip


@right()
@require_safe
def validate(request: HttpRequest, slug: str) -> HttpResponse:
    store = chosen_store(slug)
    found = SetUpFacts(store)
    remember(request, found)
    lines = side_by_side(store)
    shared = shared_reasons(lines)
    context = {
        "lines": lines,
        "shared": shared,
        "said_above": {one.why for one in shared},
        "sentence": sentence(lines),
        "tried": tried(found),
        "early": any(line.early for line in lines) and not any(line.may_post for line in lines),
        "zone": zone_of(store),
        "most": MOST,
        "here": request.path,
    }
    return render(request, "wizard/validate.html", framed(found, Stage.VALIDATE, **context))


def sentence(lines: list[BothSides]) -> str:
    """What the comparison came to."""
    if not lines:
        return _("No order was read yet.")
    ready = [line for line in lines if line.ours is not None]
    same = sum(line.same for line in ready)
    said = ngettext(
        "%(same)d of %(count)d order comes to the same as in the shop.",
        "%(same)d of %(count)d orders come to the same as in the shop.",
        len(lines),
    )
    parts = [said % {"same": same, "count": len(lines)}]
    for count, one, many in (
        (
            sum(not line.same and not line.unexplained for line in ready),
            "%(n)d differs, and says why.",
            "%(n)d differ, and say why.",
        ),
        (
            sum(line.unexplained for line in ready),
            "%(n)d differs without a reason.",
            "%(n)d differ without a reason.",
        ),
    ):
        if count:
            parts.append(ngettext(one, many, count) % {"n": count})
    held = sum(line.state[0] == "held" for line in lines)
    left = len(lines) - len(ready) - held
    if held:
        parts.append(ngettext("%(n)d needs you.", "%(n)d need you.", held) % {"n": held})
    if left:
        parts.append(
            ngettext("%(n)d is not for Xero.", "%(n)d are not for Xero.", left) % {"n": left}
        )
    return " ".join(parts)


def tried(found: SetUpFacts) -> list[Tried]:
    """The last orders that were asked for as drafts."""
    documents = {one.order_id: one for one in found.drafted}
    lines = []
    for row in found.tried:
        document = documents.get(row.pk)
        shape, word = row.shown
        link = ""
        if document is not None:
            link = document.organisation.link_to(document.kind, document.xero_id)
        lines.append(
            Tried(
                row, shape, word,
                document.key if document is not None else "",
                document.xero_total if document is not None else None,
                link, reasons_of(row.reasons, row.store.slug),
            )
        )  # fmt: skip
    return lines


@right(ORDERS, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def post_one(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, then has one order (`order`) posted as a draft."""
    store = chosen_store(slug)
    found = SetUpFacts(store)
    back = found.address(Stage.VALIDATE)
    row = _chosen(request, store)
    if store.enabled:
        messages.info(request, _("The store is on: its orders are posted by themselves."))
        return redirect(back)
    if store.organisation is None or not found.linked:
        messages.warning(request, _("Connect the organisation first: nothing can be posted."))
        return redirect(found.address(Stage.ACCESS))
    if request.method == "POST":
        try_one(TrackedOrder.objects.filter(pk=row.pk), request.user)
        messages.success(
            request,
            _("Order %(number)s is on the way to Xero, as a draft.") % {"number": row.number},
        )
        return redirect(f"{back}#tried")
    names = {"number": row.number, "organisation": store.organisation.name}
    question = Question(
        title=_("Post order %(number)s as a draft") % names,
        sentence=_("It is the only document that is sent: the store stays off."),
        button=_("Post order %(number)s as a draft") % names,
        address=request.path,
        back=back,
        happens=[
            _("An invoice with the status Draft appears in %(organisation)s.") % names,
            _("Its customer becomes a contact there, unless Xero knows them."),
        ],
        stays=[
            _("No other order is sent, and no payment: a draft takes none."),
            _("The draft counts in no report of Xero before somebody approves it."),
            _("Nothing is written to the shop."),
        ],
        carried=[("order", row.pk)],
    )
    return confirm(request, question)


def _chosen(request: HttpRequest, store: Store) -> TrackedOrder:
    key = row_key(request.POST.get("order") or request.GET.get("order", ""))
    row = TrackedOrder.objects.filter(store=store, pk=key).first() if key else None
    if row is None:
        raise Http404
    return row
