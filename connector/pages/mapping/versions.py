"""All versions of a store's configuration: what each changed, and the way back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts_mapping.models import MappingVersion
from accounts_mapping.sections.section import Document
from connector.configuration.stored import load_known
from connector.configuration.versions import history, publish
from connector.configuration.versions.document import check, live, new_misfits
from connector.configuration.versions.draft import draft
from connector.configuration.versions.refusals import DraftRefused, Errors, Outdated
from connector.configuration.yaml_writer import written
from connector.lib.marks import row_key
from connector.lib.rights import MAPPING, right
from connector.pages.filters import zone_of
from connector.pages.mapping.differing import author_of, rows_between
from connector.pages.mapping.draft import consequences, refused, tell
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.core_texts import errors_shown
from connector.pages.stores.away import in_use
from stores.models import Store

_ROWS = 25


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One line of the list; `changes` is None for the first version."""

    version: MappingVersion
    author: str
    changes: int | None
    is_live: bool


@right()
@require_safe
def versions_page(request: HttpRequest, slug: str) -> HttpResponse:
    """`?before=`: those older than this number."""
    store = _store(slug)
    rows = MappingVersion.objects.filter(store=store).select_related("author")
    before = row_key(request.GET.get("before", ""))
    if before:
        rows = rows.filter(number__lt=before)
    found = list(rows.order_by("-number")[: _ROWS + 1])
    current = _current(store)
    around = live(store)
    shown = [
        VersionLine(one, author_of(one), _count(older, one, around), one.number == current)
        for one, older in pairwise([*found, None])
        if one is not None
    ][:_ROWS]
    context = {
        "store": store, "shown": shown, "draft": draft(store), "zone": zone_of(store),
        "older": found[_ROWS - 1].number if len(found) > _ROWS else 0, "current": current,
    }  # fmt: skip
    return render(request, "accounts/versions.html", context)


@right()
@require_safe
def version_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a version changed, what is otherwise now, and all of it."""
    store = _store(slug)
    version = _version(store, number)
    older = (
        MappingVersion.objects.filter(store=store, number__lt=number).order_by("-number").first()
    )
    in_force = live(store)
    content = history.content(version, in_force)
    before = history.content(older, content) if older else {}
    context = {
        "store": store,
        "version": version,
        "author": author_of(version),
        "is_live": number == _current(store),
        "rows": rows_between(slug, before, content) if older else [],
        "older": older,
        "since": rows_between(slug, content, in_force),
        "whole": written(content),
        "others": _others(store),
        "zone": zone_of(store),
    }
    return render(request, "accounts/version.html", context)


@right(MAPPING, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def back_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Asks once, with all that would change; then makes an older version's content live."""
    store = _store(slug)
    version, in_force = _version(store, number), live(store)
    if request.method == "POST":
        return _done(
            request, store, lambda: publish.roll_back(
                store, number, current=_seen(request), author=request.user
            ),
        )  # fmt: skip
    content = history.content(version, in_force)
    question = Question(
        title=_("Roll %(store)s back to version %(number)d")
        % {"store": store.name, "number": number},
        sentence=_("What is below becomes live at once, as a new version."),
        button=_("Roll back to version %(number)d") % {"number": number},
        address=request.path,
        back=reverse("accounts:version", args=[slug, number]),
        happens=consequences(store),
        stays=_stays(store),
        carried=[("current", _current(store))],
    )
    return _asked(request, store, question, in_force, content)


@right(MAPPING, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_on_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Asks once; then makes this version live at another store (`to`): from sandbox to production.

    Addresses, keys, environment and prefix stay that store's."""
    store = _store(slug)
    version = _version(store, number)
    wanted = request.POST.get("to") or request.GET.get("to", "")
    target = next((one for one in _others(store) if one.slug == wanted), None)
    if target is None:
        raise Http404
    if request.method == "POST":
        return _done(
            request, target, lambda: publish.promote(
                version, target, current=_seen(request), author=request.user
            ),
        )  # fmt: skip
    own = live(target)
    question = Question(
        title=_("Publish version %(number)d of %(store)s to %(target)s")
        % {"number": number, "store": store.name, "target": target.name},
        sentence=_("What is below becomes live at %(target)s at once.") % {"target": target.name},
        button=_("Publish it to %(target)s") % {"target": target.name},
        address=request.path,
        back=reverse("accounts:version", args=[slug, number]),
        happens=consequences(target),
        stays=[
            _(
                "Address, keys, organisation, environment and number prefix stay those of "
                "%(target)s, and so does a cut-over date that it has."
            )
            % {"target": target.name},
            *_stays(target),
        ],
        carried=[("current", _current(target)), ("to", target.slug)],
    )  # fmt: skip
    return _asked(request, target, question, own, publish.promoted(version, own))


def _asked(
    request: HttpRequest, store: Store, question: Question, before: Document, after: Document
) -> HttpResponse:
    errors = errors_shown(_errors(store, after))
    return confirm(
        request, question, "accounts/confirm.html", store=store,
        rows=rows_between(store.slug, before, after),
        others=[f"{place}: {one}" for place, texts in errors.items() for one in texts],
    )  # fmt: skip


def _errors(store: Store, document: Document) -> Errors:
    """Why it could not become live as it is."""
    checked = check(store, document, load_known())
    if checked.section is None:
        return checked.errors
    return new_misfits(store, checked.section.store_rules)


def _done(request: HttpRequest, store: Store, act: Callable[[], publish.Published]) -> HttpResponse:
    try:
        tell(request, act())
    except Outdated:
        messages.warning(
            request, _("Nothing was done: another version is live by now. Look at the list again.")
        )
    except DraftRefused as refusal:
        messages.error(request, _("Nothing was done: posting would refuse it as it is."))
        refused(request, refusal)
    return redirect("accounts:versions", store.slug)


def _stays(store: Store) -> list[str]:
    found = [_("What is in Xero already stays as it is.")]
    if draft(store).changes:
        found.append(_("The draft stays. Where it changes the same, you are asked which holds."))
    return found


def _count(older: MappingVersion | None, version: MappingVersion, around: Document) -> int | None:
    if older is None:
        return None
    after = history.content(version, around)
    return len(history.differences(history.content(older, after), after))


def _store(slug: str) -> Store:
    found: Store = get_object_or_404(Store.objects.select_related("organisation"), slug=slug)
    return found


def _others(store: Store) -> list[Store]:
    """Stores that a version may be handed on to: its codes mean something there."""
    rows = Store.objects.on_lists().filter(platform=store.platform)
    return list(rows.select_related("organisation").exclude(pk=store.pk).order_by("name", "pk"))


def _version(store: Store, number: int) -> MappingVersion:
    if row_key(str(number)) is None:
        raise Http404
    rows = MappingVersion.objects.select_related("author", "store__organisation")
    found: MappingVersion = get_object_or_404(rows, store=store, number=number)
    return found


def _current(store: Store) -> int:
    latest = MappingVersion.objects.current(store)
    return latest.number if latest else 0


def _seen(request: HttpRequest) -> int:
    """The version that was live when the question was shown."""
    return row_key(request.POST.get("current", "")) or 0
