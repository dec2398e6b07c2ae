"""The diagnostics: all that `manage.py doctor` looks at, or one store; each line leads to its mend.

Looking asks shops and Xero, so it is a button; the page shows what was found last, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from connector.doctor.findings import Finding, Place, Severity
from connector.doctor.remembered import findings_of, last, look
from connector.lib.rights import STORES, right
from connector.models import Examination
from connector.pages.mapping.subjects import field_url
from connector.pages.stores.away import in_use
from stores.models import Store

# The state in the stylesheet, and its word.
_STATES = {
    Severity.GOOD: ("posted", gettext_lazy("In order")),
    Severity.NOTE: ("held", gettext_lazy("Worth a look")),
    Severity.WRONG: ("dead", gettext_lazy("To fix")),
}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as the page shows it. `url` is where it is mended, `field` the very setting."""

    finding: Finding
    shape: str
    word: str
    url: str
    field: str


@right(STORES)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def diagnostics(request: HttpRequest, slug: str = "") -> HttpResponse:
    """GET shows the last look, POST looks now."""
    stores = Store.objects.select_related("organisation__token_set")
    store = get_object_or_404(stores, slug=slug) if slug else None
    if request.method == "POST":
        if not look(store, user=request.user):
            messages.info(request, _("It is being looked at already. Reload in a moment."))
        return redirect(request.path)
    row = last(store)
    lines = [_line(one) for one in findings_of(row)] if row is not None else []
    context = {
        "store": store,
        "lines": lines,
        "examined": row,
        "condition": condition(row, lines),
        "stores": [] if store else stores.order_by("name"),
    }
    return render(request, "stores/diagnostics.html", context)


def condition(row: Examination | None, lines: Sequence[FindingLine]) -> str:
    """The sentence under the title."""
    if row is None or row.ended_at is None:
        return _("Nothing was looked at yet.")
    count = {level: sum(one.finding.level is level for one in lines) for level in Severity}
    said = []
    if wrong := count[Severity.WRONG]:
        must = ngettext("%(n)s line must be fixed.", "%(n)s lines must be fixed.", wrong)
        said.append(must % {"n": wrong})
    else:
        said.append(_("Nothing must be fixed."))
    if notes := count[Severity.NOTE]:
        worth = ngettext("%(n)s line is worth a look.", "%(n)s lines are worth a look.", notes)
        said.append(worth % {"n": notes})
    return " ".join(said)


def _line(finding: Finding) -> FindingLine:
    shape, word = _STATES[finding.level]
    if finding.level is Severity.GOOD:
        return FindingLine(finding, shape, str(word), "", "")
    at_field = field_url(finding.at.store, finding.at.field) if finding.at.field else ""
    field = finding.at.field if at_field else ""
    return FindingLine(finding, shape, str(word), at_field or _page(finding.at), field)


def _page(at: Place) -> str:
    if not at.page:
        return ""
    return reverse(at.page, args=[at.store] if at.store else [])
