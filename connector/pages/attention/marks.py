"""What can be done to all orders that fit, each with what happens and what does not.

The texts of leaving out, handling by hand and opening again are those of a selection.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy

from connector.pages.orders.leave_out import EXCLUDE, HANDLE, REOPEN
from connector.pages.parts.widgets import Words
from sync.models import BulkAction

What = BulkAction.What


@dataclass(frozen=True, slots=True)
class BulkMark:
    """`button` is a verb with its object; `form` asks for more, None where nothing is asked.
    `ends`: it only ends something, and is done to orders of archived stores, too."""

    what: BulkAction.What
    title: Words
    sentence: Words
    button: Words
    happens: tuple[Words, ...]
    stays: tuple[Words, ...]
    form: type[forms.Form] | None = None
    danger: bool = False
    ends: bool = False


_NOTHING_TWICE = gettext_lazy("What is in Xero already is not posted again.")

_OWN = (
    BulkMark(
        What.SYNC,
        title=gettext_lazy("Sync %(orders)s to Xero"),
        sentence=gettext_lazy(
            "For orders whose cause is mended, or that Xero refused: they are tried again."
        ),
        button=gettext_lazy("Sync %(orders)s to Xero"),
        happens=(
            gettext_lazy("Each is built again with the mapping as it is now, and sent."),
            gettext_lazy("Those that were left out are taken back."),
            gettext_lazy("What people changed in Xero is kept as it is there."),
        ),
        stays=(_NOTHING_TWICE,),
    ),
    BulkMark(
        What.APPROVE,
        title=gettext_lazy("Approve the drafts of %(orders)s"),
        sentence=gettext_lazy("For drafts that you looked at in Xero."),
        button=gettext_lazy("Approve the drafts of %(orders)s"),
        happens=(
            gettext_lazy("Drafts in Xero are approved; their payments follow."),
            gettext_lazy("A daily summary is approved with all orders in it."),
        ),
        stays=(gettext_lazy("Orders without a draft stay as they are."),),
    ),
    BulkMark(
        What.DIFFERENCE,
        title=gettext_lazy("Post the difference for %(orders)s"),
        sentence=gettext_lazy("For documents that a person changed in Xero by mistake."),
        button=gettext_lazy("Post the difference for %(orders)s"),
        happens=(
            gettext_lazy(
                "What each order lacks in Xero is posted as an invoice beside what is there; "
                "what is too much, as a credit note."
            ),
        ),
        stays=(
            gettext_lazy("What a person wrote in Xero is not written over."),
            gettext_lazy("Orders that nobody changed in Xero stay as they are."),
        ),
    ),
    BulkMark(
        What.WRITE,
        title=gettext_lazy("Tell the shop again about %(orders)s"),
        sentence=gettext_lazy("For what the shop refused, or did not take in time."),
        button=gettext_lazy("Tell the shop again about %(orders)s"),
        happens=(gettext_lazy("What was given up is written to the shop once more."),),
        stays=(gettext_lazy("Nothing of it concerns Xero."),),
    ),
)
_LEAVING_OUT = {What.EXCLUDE: EXCLUDE, What.HANDLE: HANDLE, What.REOPEN: REOPEN}

MARKS = {mark.what: mark for mark in _OWN} | {
    what: BulkMark(
        what,
        mark.title,
        mark.sentence,
        mark.button,
        mark.happens,
        mark.stays,
        mark.form,
        mark.danger,
        mark.ends,
    )
    for what, mark in _LEAVING_OUT.items()
}
