"""Likely duplicates among Xero's contacts: two at a time, for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounting.contacts.likeness import By, Pair
from connector.lib.marks import row_key
from connector.lib.rights import CUSTOMERS, right
from connector.pages.orders.shop_writes import stuck_customers
from connector.pages.parts.core_texts import message_of
from sync.contacts import duplicates
from sync.contacts.follow import UPDATE
from sync.models import ContactDecision, Posting
from xero.documents.contact_details import ADDRESSES, PHONE
from xero.documents.kinds import Kind
from xero.models import MirrorContact, Organisation

_SHOWN_DECISIONS = 10


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One contact as the page shows it."""

    contact: MirrorContact
    link: str
    phone: str
    place: str


@dataclass(frozen=True, slots=True)
class ContactPair:
    """Two contacts to decide about, the one that changed longest ago first."""

    why: str
    contacts: tuple[ShownContact, ShownContact]


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided, in names where the contacts are still known."""

    decision: ContactDecision
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A change that Xero refused, in its own words."""

    posting: Posting
    said: str


@right()
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """`?by=` email or name, `?organisation=` its number, `?after=` the mark of a page."""
    organisations = list(Organisation.objects.select_related("token_set"))
    wanted = request.GET.get("organisation", "")
    chosen = next((o for o in organisations if str(o.pk) == wanted), None)
    organisation = chosen or next(iter(organisations), None)
    by = cast(By, "name" if request.GET.get("by") == "name" else "email")
    after = request.GET.get("after", "")
    context: dict[str, Any] = {
        "organisations": organisations if len(organisations) > 1 else [],
        "organisation": organisation,
        "by": by,
        "first_page": not after,
    }
    if organisation is not None:
        found = duplicates.find_pairs(organisation, by=by, after=after)
        context |= {
            "choices": choices_of(organisation, found.pairs),
            "after": found.after,
            "decided": decided_of(organisation),
            "refused": refused_of(organisation),
            "stuck": stuck_customers(organisation),
        }
    return render(request, "sync/duplicates.html", context)


def choices_of(organisation: Organisation, found: Sequence[Pair]) -> list[ContactPair]:
    rows = duplicates.contacts_of(organisation, found)
    choices = []
    for pair in found:
        both = [rows[contact_id] for contact_id in pair.ids if contact_id in rows]
        if len(both) == 2:
            first, second = sorted(both, key=_age)
            contacts = (_shown(organisation, first), _shown(organisation, second))
            choices.append(ContactPair(pair.why, contacts))
    return choices


def _age(contact: MirrorContact) -> tuple[bool, Any, int]:
    return contact.updated_utc is None, contact.updated_utc, contact.pk


def _shown(organisation: Organisation, contact: MirrorContact) -> ShownContact:
    details = contact.details or {}
    phone = details.get(PHONE, {})
    parts = (phone.get(part) for part in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"))
    address: dict[str, str] = next((details[kind] for kind in ADDRESSES if kind in details), {})
    place = (address.get(part) for part in ("AddressLine1", "City", "PostalCode", "Country"))
    return ShownContact(
        contact,
        organisation.contact_link(contact.contact_id),
        " ".join(filter(None, parts)),
        ", ".join(filter(None, place)),
    )


def decided_of(organisation: Organisation) -> list[Decided]:
    """The latest decisions in force. Two queries."""
    rows = list(duplicates.decisions(organisation)[:_SHOWN_DECISIONS])
    ids = {contact_id for row in rows for contact_id in (row.first_id, row.second_id)}
    known = organisation.contacts.filter(contact_id__in=ids)
    names = dict(known.values_list("contact_id", "name"))
    shown = []
    for row in rows:
        pair = (row.kept_id, row.replaced_id) if row.kept_id else (row.first_id, row.second_id)
        first, second = (names.get(contact_id, contact_id) for contact_id in pair)
        shown.append(Decided(row, first, second))
    return shown


def refused_of(organisation: Organisation) -> list[RefusedChange]:
    """Changes of contacts that Xero refused, the latest first. No order waits for them."""
    rows = Posting.objects.filter(
        organisation=organisation, kind=Kind.CONTACT, purpose=UPDATE,
        state__in=(Posting.State.DEAD, Posting.State.HELD),
    )  # fmt: skip
    return [
        RefusedChange(row, " ".join(map(message_of, row.reasons)))
        for row in rows.order_by("-changed_at")[:_SHOWN_DECISIONS]
    ]


@right(CUSTOMERS)
@require_POST
def duplicate_decide(request: HttpRequest) -> HttpResponse:
    """`one` and `other` are two contacts; `keep` one of them, or empty for different people."""
    organisation = get_object_or_404(Organisation, pk=_number(request, "organisation"))
    one, other = request.POST.get("one", ""), request.POST.get("other", "")
    keep = request.POST.get("keep", "")
    names = dict(
        organisation.contacts.filter(contact_id__in=(one, other)).values_list("contact_id", "name")
    )
    if one == other or len(names) != 2 or keep not in ("", one, other):
        raise BadRequest("one, other and keep must name two contacts of the organisation")
    try:
        if keep:
            gone = other if keep == one else one
            duplicates.same_person(organisation, keep=keep, instead_of=gone, user=request.user)
            said = _("%(names)s is used instead of %(names2)s from now on.") % {
                "names": names[keep],
                "names2": names[gone],
            }
        else:
            duplicates.different_people(organisation, one=one, other=other, user=request.user)
            said = _("%(names)s and %(names2)s stay two contacts, and are not shown again.") % {
                "names": names[one],
                "names2": names[other],
            }
    except duplicates.AlreadyDecided as error:
        messages.warning(request, _("Nothing was changed. %(error)s") % {"error": error})
    else:
        messages.success(request, said)
    return redirect(_back(request))


@right(CUSTOMERS)
@require_POST
def duplicate_take_back(request: HttpRequest) -> HttpResponse:
    if duplicates.take_back(_number(request, "decision"), request.user):
        messages.success(request, _("Taken back. The two contacts are two again from now on."))
    else:
        messages.warning(request, _("Nothing was changed: it had been taken back already."))
    return redirect(_back(request))


def _number(request: HttpRequest, name: str) -> int:
    key = row_key(request.POST.get(name, ""))
    if key is None:
        raise BadRequest(f"{name} must be a number")
    return key


def _back(request: HttpRequest) -> str:
    """The page that the form came from, if it is one of ours."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return address
    return reverse("sync:duplicates")
