"""The page of one daily summary: its documents, and the orders that it is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounting.summary.documents import PURPOSES
from connector.lib.marks import row_key
from connector.lib.money import from_units
from connector.lib.rights import ORDERS, right
from connector.pages.books_of import predicted
from connector.pages.filters import zone_of
from connector.pages.keyset import PAGE_SIZE
from connector.pages.orders.detail import shown
from connector.pages.parts import core_texts
from connector.pages.stores.away import refused_away
from sync.models import Posting, PostingSource
from sync.models.posting import SUMMARY
from sync.summaries.approve import approve_summaries, drafts
from xero.documents.kinds import SPECS
from xero.documents.payloads import loaded

Sources = QuerySet[PostingSource]


@dataclass(frozen=True, slots=True)
class SummarySource:
    """One order of the list, and what it brings to the document."""

    source: PostingSource
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """A page of the list; `newer` and `older` are the keys of the pages beside it."""

    rows: Sequence[SummarySource]
    newer: int | None = None
    older: int | None = None


@right()
@require_safe
def summary_detail(request: HttpRequest, pk: int) -> HttpResponse:
    postings = Posting.objects.select_related("organisation", "store", "parent__organisation")
    posting = get_object_or_404(postings, pk=pk, source_kind=SUMMARY, kind__in=PURPOSES.keys())
    money = posting.children.select_related("organisation").exclude(verb="POST").order_by("pk")
    body = loaded(posting.payload, str)
    sources = PostingSource.objects.filter(posting=posting).select_related("order")
    whole = sources.aggregate(count=Count("pk"), units=Sum("amount_units"))
    total, expected = from_units(whole["units"] or 0), predicted(posting)
    page = _page(sources, request.GET.get("after", ""), request.GET.get("before", ""))
    context = {
        "posting": posting,
        "name": core_texts.shown(SPECS[posting.kind].name),
        "row": {"currency": body.get("CurrencyCode", "")},
        "zone": zone_of(posting.store),
        "documents": [shown(one, posting.store.slug) for one in (posting, *money)],
        "state": shown(posting, posting.store.slug),
        "is_draft": drafts().filter(pk=pk).exists(),
        "rows": page.rows,
        "page": page,
        "count": whole["count"],
        "total": total,
        "expected": expected,
        "sums": total == expected,
    }
    return render(request, "sync/summary.html", context)


@right(ORDERS)
@require_POST
def summary_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a summary that is a draft, for all orders in it."""
    postings = Posting.objects.select_related("store")
    posting = get_object_or_404(postings, pk=pk, source_kind=SUMMARY)
    if refusal := refused_away(request, posting.store):
        return refusal
    if approve_summaries(drafts().filter(pk=pk), request.user):
        text = _("%(key)s is approved in Xero now, for all orders in it; payments follow.") % {
            "key": posting.key
        }
        messages.success(request, text)
    else:
        messages.warning(
            request,
            _("%(key)s is no draft in Xero any more: nothing was done.") % {"key": posting.key},
        )
    return redirect("sync:summary-detail", pk)


def _page(sources: Sources, after: str, before: str) -> SummaryPage:
    """The newest first; each page is found by its neighbour's key."""
    last, first = row_key(after), row_key(before)
    if first is not None:
        newer = list(sources.filter(pk__gt=first).order_by("pk")[: PAGE_SIZE + 1])
        rows = newer[:PAGE_SIZE][::-1]
        if rows:
            more = rows[0].pk if len(newer) > PAGE_SIZE else None
            return SummaryPage(_shown(rows), more, rows[-1].pk)
    older = sources if last is None else sources.filter(pk__lt=last)
    found = list(older.order_by("-pk")[: PAGE_SIZE + 1])
    rows = found[:PAGE_SIZE]
    return SummaryPage(
        _shown(rows),
        rows[0].pk if rows and last is not None else None,
        rows[-1].pk if len(found) > PAGE_SIZE else None,
    )


def _shown(sources: Sequence[PostingSource]) -> list[SummarySource]:
    return [SummarySource(source, from_units(source.amount_units)) for source in sources]
