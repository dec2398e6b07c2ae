"""The mapping of a store at a glance: each subject, what it decides, and what the draft changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from connector.configuration.versions.draft import draft
from connector.lib.rights import right
from connector.pages.mapping.subjects import SUBJECTS, Subject, subject_of
from stores.models import Store


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject of a store's mapping, and how many of its settings the draft changes."""

    subject: Subject
    address: str
    changes: int


@right()
@require_safe
def mappings(request: HttpRequest) -> HttpResponse:
    """The stores; where there is but one, its mapping at once."""
    stores = list(Store.objects.on_lists().select_related("organisation"))
    if len(stores) == 1:
        return redirect("accounts:mapping-store", stores[0].slug)
    return render(request, "subjects/stores.html", {"stores": stores})


@right()
@require_safe
def mapping(request: HttpRequest, slug: str) -> HttpResponse:
    store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
    drafted = draft(store)
    about = (subject_of(change.field) for change in drafted.changes)
    changes = Counter(subject.slug for subject in about if subject is not None)
    lines = [
        SubjectLine(one, reverse(one.url_name, args=[slug]), changes[one.slug]) for one in SUBJECTS
    ]
    return render(
        request, "subjects/overview.html", {"store": store, "drafted": drafted, "lines": lines}
    )
