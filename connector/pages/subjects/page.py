"""A page of the mapping: shows a subject of a store's draft, and saves what people type.

Nothing that is typed is lost: what the draft refuses stands beside its field, and whoever changed
the same meanwhile is named, with what they wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts_mapping.sections.paths import Path
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.refusals import (
    Conflict,
    DraftRefused,
    Errors,
    Outdated,
    Rival,
)
from connector.lib.rights import MAPPING, right
from connector.pages.mapping.subjects import BY_SLUG, SUBJECTS, Subject
from connector.pages.parts.core_texts import errors_shown
from connector.pages.parts.ways import Tab
from connector.pages.stores.away import in_use
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor
from stores.models import Store

_LONGEST = 300
Parts = Callable[[Around, QueryDict | None], Sequence[Editor]]


@dataclass(slots=True)
class Saving:
    """How far the saving of a page came. `over` are others' changes of the same; `above` what is
    wrong that no field of the page stands for; `seen` goes out with the form again."""

    saved: bool = False
    over: Sequence[Rival] = ()
    above: Sequence[str] = ()
    seen: str = ""


class BesideEditors(Protocol):
    """What a page has beside its editors. `pressed`: its own button was, and nothing is saved."""

    def pressed(self, sent: QueryDict) -> bool: ...

    def shown(
        self, around: Around, editors: Sequence[Editor], saving: Saving, sent: QueryDict | None
    ) -> dict[str, Any]:
        """For the template; what is wrong with what was typed it says in `saving`."""
        ...


def page_of(
    slug: str, parts: Parts, template: str = "subjects/page.html", *, searched: bool = False,
    beside: BesideEditors | None = None,
) -> Any:  # fmt: skip
    """The view of one subject of the mapping."""
    return editing(BY_SLUG[slug], parts, template, searched=searched, beside=beside)


def editing(
    subject: Subject, parts: Parts, template: str, *, searched: bool = False,
    beside: BesideEditors | None = None,
) -> Any:  # fmt: skip
    """The view of what edits a part of a store's draft. `searched`: `?q=` says what is shown."""

    @right(MAPPING)
    @require_http_methods(["GET", "HEAD", "POST"])
    @in_use
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
        query = request.GET.get("q", "").strip()[:100] if searched else ""
        around = Around.of(store, query, _named(request))
        sent = request.POST if request.method == "POST" else None
        editors = parts(around, sent)
        saving = Saving()
        kept = any(getattr(one, "pressed", False) for one in editors)
        kept = kept or (sent is not None and beside is not None and beside.pressed(sent))
        if sent is not None and not kept:
            saving = save(around, editors, author=request.user, seen=sent.get("seen", ""))
            if saving.saved:
                messages.success(
                    request,
                    _("Saved in the draft. Nothing changes in Xero until the draft is published."),
                )
                return redirect(request.get_full_path())
        elif sent is not None:
            saving.seen = sent.get("seen", "")
        more = beside.shown(around, editors, saving, sent) if beside is not None else {}
        given = _context(request, around, subject, editors, saving) | more
        return render(request, template, given)

    return view


def _named(request: HttpRequest) -> str:
    """What `?new=` names: as long as a code of a shop may be, and of letters that can be read."""
    text = request.GET.get("new", "")
    return text if text.isprintable() and len(text) <= _LONGEST else ""


def save(around: Around, editors: Sequence[Editor], *, author: Any, seen: str) -> Saving:
    """Put what was typed into the draft; where that cannot be, say so at the fields."""
    outcome = Saving(seen=seen)
    # All are asked, so that each says what is wrong with it.
    judged = [one.is_valid() for one in editors]
    if not all(judged):
        return outcome
    edits = {path: value for one in editors for path, value in one.edits().items()}
    try:
        edit_many(around.store, edits, author=author, seen=seen)
    except DraftRefused as refused:
        outcome.above = refuse(editors, errors_shown(refused.errors))
    except Conflict as conflict:
        outcome.over, outcome.seen = conflict.rivals, conflict.seen
    except Outdated:
        outcome.above = [_("Others are changing this draft at the same moment. Save again.")]
    except ValueError:
        outcome.above = [_("The page was not sent back as it was shown. Load it anew.")]
    else:
        outcome.saved = True
    return outcome


def refuse(editors: Sequence[Editor], errors: Errors) -> list[str]:
    """Show what is refused at its fields; what no field stands for."""
    told: set[str] = set()
    for one in editors:
        told |= one.refuse({place: errors[place] for place in errors if place not in told})
    return [
        f"{place}: {one}" for place, texts in errors.items() if place not in told for one in texts
    ]


def _context(
    request: HttpRequest, around: Around, subject: Subject, editors: Sequence[Editor],
    saving: Saving,
) -> dict[str, Any]:  # fmt: skip
    shown: list[Path] = [path for one in editors for path in one.paths]
    return {
        "store": around.store,
        "drafted": around.drafted,
        "subject": subject,
        "tabs": tabs_of(around.store, subject),
        "editors": editors,
        "names": [getattr(one, "name", "") for one in editors],
        "saving": saving,
        "seen": saving.seen or around.drafted.seen(*shown),
        "may_change": request.user.has_perm(MAPPING),  # type: ignore[union-attr]
        "connected": around.organisation.connected,
    }


def tabs_of(store: Store, current: Subject) -> list[Tab]:
    """The subjects beside each other."""
    found = []
    for subject in SUBJECTS:
        try:
            address = reverse(subject.url_name, args=[store.slug])
        except NoReverseMatch:
            continue
        found.append(Tab(str(subject.title), address, current=subject == current))
    return found
