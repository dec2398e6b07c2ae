"""The draft of a store's configuration: what it changes, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connector.configuration.versions import edit, publish
from connector.configuration.versions.draft import Drafted, draft
from connector.configuration.versions.refusals import Conflict, DraftRefused, Errors, Outdated
from connector.lib.rights import MAPPING, right
from connector.pages.filters import zone_of
from connector.pages.mapping.differing import DifferingSubject, path_of, rows_of, who
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.core_texts import errors_shown, in_words
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from stores.models import Store
from sync.models import TrackedOrder

_FORMER = gettext_lazy("What is in Xero already stays as it is.")


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("It stands beside the version in the list of all versions."),
        max_length=200, required=False,
    )  # fmt: skip


def condition(drafted: Drafted) -> str:
    """“Draft with 3 changes by Ana.”, for the bar and under the title."""
    count = len(drafted.changes)
    if not count:
        return _("Nothing is waiting to be published.")
    by = get_text_list([who(one) for one in drafted.authors], _("and"))
    said = ngettext(
        "Draft with %(count)d change by %(by)s.", "Draft with %(count)d changes by %(by)s.", count
    )
    return said % {"count": count, "by": by}


@right()
@require_safe
def draft_page(request: HttpRequest, slug: str) -> HttpResponse:
    store = _store(slug)
    drafted = draft(store)
    errors = errors_shown(drafted.errors)
    rows = rows_of(drafted, errors)
    context = {
        "store": store,
        "draft": drafted,
        "rows": rows,
        "condition": condition(drafted),
        "others": _elsewhere(errors, rows),
        "doubts": drafted.doubts,
        "zone": zone_of(store),
    }
    return render(request, "accounts/draft.html", context)


def _elsewhere(errors: Errors, rows: list[DifferingSubject]) -> list[str]:
    """What is wrong at fields that the draft does not change: told over the changes."""
    told = {message for one in rows for message in one.errors}
    return [
        f"{place}: {message}"
        for place, messages in errors.items()
        for message in messages
        if not any(one.endswith(message) for one in told)
    ]


@right(MAPPING, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def publish_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, with all that would change; then makes the draft live."""
    store = _store(slug)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _published(request, store, form.cleaned_data["note"])
    drafted = draft(store)
    if not drafted.changes:
        messages.info(request, _("There is no draft: nothing is waiting to be published."))
        return redirect("accounts:versions", slug)
    if drafted.conflicts or drafted.errors:
        messages.warning(request, _("The draft cannot be published as it is. See below."))
        return redirect("accounts:draft", slug)
    question = Question(
        title=_("Publish the draft of %(store)s") % {"store": store.name},
        sentence=condition(drafted),
        button=_("Publish the draft"),
        address=reverse("accounts:draft-publish", args=[slug]),
        back=reverse("accounts:draft", args=[slug]),
        happens=consequences(store),
        stays=[
            str(_FORMER),
            _("The version that is live now stays in the list, and can be rolled back to."),
        ],
        carried=[("revision", drafted.revision), *_onward(request)],
        form=form,
    )  # fmt: skip
    return confirm(
        request, question, "accounts/confirm.html", rows=rows_of(drafted, {}), store=store,
        doubts=drafted.doubts,
    )  # fmt: skip


def consequences(store: Store) -> list[str]:
    """What follows from making another version live."""
    found = [_("Orders that are built from now on are posted by it.")]
    held = TrackedOrder.objects.filter(store=store, label=TrackedOrder.Label.HELD)[:10_001].count()
    if held:
        said = ngettext(
            "%(count)d order that needs you is looked at again at once, and posted where nothing "
            "is missing any more.",
            "%(count)d orders that need you are looked at again at once, and posted where nothing "
            "is missing any more.",
            held,
        )
        found.append(said % {"count": held})
    return found


def tell(request: HttpRequest, done: publish.Published) -> None:
    """Say after a publication what is live now, and what a person should know beside it."""
    said = _(
        "Version %(number)d is live. Orders are posted by it from now on; what is in Xero already "
        "stays as it is."
    )
    messages.success(request, said % {"number": done.version.number})
    for notice in done.notices:
        messages.info(request, notice)


def refused(request: HttpRequest, refusal: DraftRefused) -> None:
    for line in refusal.lines:
        messages.error(request, in_words(line))


def _onward(request: HttpRequest) -> list[tuple[str, str]]:
    """Where the address says to go on afterwards."""
    onward = way_back(request, "")
    return [("next", onward)] if onward else []


def _published(request: HttpRequest, store: Store, note: str) -> HttpResponse:
    try:
        done = publish.publish(store, revision=_revision(request), author=request.user, note=note)
    except Outdated:
        return _outdated(request, store, "accounts:draft-publish")
    except Conflict:
        messages.warning(
            request, _("Nothing was published: something else was made live meanwhile.")
        )
    except DraftRefused as refusal:
        messages.error(request, _("Nothing was published: posting would refuse it as it is."))
        refused(request, refusal)
    else:
        tell(request, done)
        return redirect(way_back(request, reverse("accounts:versions", args=[store.slug])))
    return redirect("accounts:draft", store.slug)


def _outdated(request: HttpRequest, store: Store, again: str) -> HttpResponse:
    """What was asked about is not there any more: published twice, or edited by somebody else."""
    drafted = draft(store)
    if not drafted.changes:
        messages.info(request, _("That draft is gone: it was published or discarded already."))
        return redirect("accounts:versions", store.slug)
    said = _("Nothing was done: the draft has changed since you looked. %(state)s")
    messages.warning(request, said % {"state": condition(drafted)})
    return redirect(again, store.slug)


@right(MAPPING, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def discard_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, then gives up the whole draft."""
    store = _store(slug)
    if request.method == "POST":
        try:
            edit.discard(store, revision=_revision(request))
        except Outdated:
            return _outdated(request, store, "accounts:draft-discard")
        messages.success(request, _("The draft is discarded. What is live stays as it is."))
        return redirect("accounts:draft", slug)
    drafted = draft(store)
    if not drafted.changes:
        return redirect("accounts:draft", slug)
    question = Question(
        title=_("Discard the draft of %(store)s") % {"store": store.name},
        sentence=condition(drafted),
        button=_("Discard the draft"),
        address=reverse("accounts:draft-discard", args=[slug]),
        back=reverse("accounts:draft", args=[slug]),
        happens=[_("These changes are gone, also those of others. They cannot be brought back.")],
        stays=[_("What is live stays as it is.")],
        carried=[("revision", drafted.revision)],
        danger=True,
    )
    return confirm(
        request, question, "accounts/confirm.html", rows=rows_of(drafted, {}), store=store
    )


@right(MAPPING)
@require_POST
@in_use
def change_act(request: HttpRequest, slug: str) -> HttpResponse:
    """`act`: discard or keep the draft's change at `path`."""
    store, path = _store(slug), path_of(request.POST.get("path", ""))
    change = draft(store).change_at(*path)
    if change is None:
        messages.info(request, _("That change is gone already."))
    elif request.POST.get("act") == "keep":
        edit.keep(store, path, author=request.user)
        messages.success(
            request, _("Your change of %(field)s stays in the draft.") % {"field": change.field}
        )
    elif request.POST.get("act") == "discard":
        edit.discard(store, path)
        messages.success(
            request, _("The change of %(field)s is discarded.") % {"field": change.field}
        )
    return redirect("accounts:draft", slug)


def _store(slug: str) -> Store:
    stores: Any = Store.objects.select_related("organisation")
    found: Store = get_object_or_404(stores, slug=slug)
    return found


def _revision(request: HttpRequest) -> int:
    """The draft that was looked at; one that never was where it is not said."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
