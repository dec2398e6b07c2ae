"""A store's own settings: how its shop is reached, what is read of it, and where it posts.

They are edited in the draft, as its mapping is. Keys are not: `connector.pages.stores.keys`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from connector.lib.texts import locale_formats as formats
from connector.pages.mapping.subjects import Subject
from connector.pages.parts.widgets import Offered
from connector.pages.stores.streams import NAMES
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, SettingsForm
from connector.pages.subjects.page import editing
from connector.pages.subjects.settings import (
    Codes,
    Offers,
    OneOf,
    Setting,
    SettingGroup,
    Several,
    Switch,
)
from stores.canonical.records import Stream
from stores.schedules import next_runs
from xero.models import Organisation


def zones(around: Around | None = None) -> Sequence[Offered]:
    return [Offered(zone, zone) for zone in sorted(available_timezones())]


def organisations(around: Around | None = None) -> Sequence[Offered]:
    """Those that are connected: by name, by id where two have one name. What the store says
    already stays on offer."""
    rows = list(Organisation.objects.order_by("name").values_list("name", "tenant_id"))
    names = [name for name, _id in rows]
    found = [
        Offered(tenant if names.count(name) > 1 else name, name, tenant) for name, tenant in rows
    ]
    kept = around.drafted.value("organisation") if around else None
    if kept and kept not in {one.value for one in found}:
        found.append(Offered(kept, kept, _("not connected")))
    return found


_SCHEDULE = _(
    "A span such as 5m or 6h, or hourly, daily, weekly; daily 03:30 for a time of day; or a cron "
    "line of minute, hour, day, month and weekday, such as 30 3 * * 1-5. Times are those of the "
    "books’ zone."
)
_RUNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Setting):
    """How often a stream is read; below it, when that is, where the clock says so."""

    def field(self, around: Around) -> forms.Field:
        field = Setting.field(self, around)
        schedule, zone = (str(around.drafted.value(*at)) for at in (self.path, ("timezone",)))
        if runs := next_runs(schedule, zone, _RUNS):
            local = [run.astimezone(ZoneInfo(zone)) for run in runs]
            said = " · ".join(
                _("%(day)s, %(time)s")
                % {"day": formats.day(one, "MMMd"), "time": formats.clock_time(one)}
                for one in local
            )
            field.help_text = _("Next: %(runs)s") % {"runs": said}
        return field


GROUPS = (
    SettingGroup(
        _("The shop"),
        (
            Setting(path=("name",), label=_("Name"), help=_("As pages call it.")),
            Setting(
                path=("url",), label=_("Address"), help=_("Such as https://shop.example.com.")
            ),
            Setting(
                path=("base_currency",), label=_("Currency of the shop"), help=_("Such as AUD.")
            ),
            Offers(
                path=("shop_timezone",), label=_("Time zone of the shop's dates"), offers=zones,
                shared="zones", help=_("Of dates that the shop states without one."),
            ),
        ),
    ),
    SettingGroup(
        _("The books"),
        (
            Offers(
                path=("organisation",), label=_("Organisation in Xero"), offers=organisations,
                shared="organisations",
            ),
            OneOf(
                path=("environment",), label=_("This store is"),
                options={
                    "production": _("for production"),
                    "sandbox": _("a sandbox: it posts only to a demo company, or once you have "
                                 "confirmed it on the store's page"),
                },
            ),
            Setting(
                path=("country",), label=_("Home country"),
                help=_("Two letters, such as AU; empty: the organisation's."),
            ),
            Offers(
                path=("timezone",), label=_("Time zone of the books"), offers=zones,
                shared="zones", help=_("Decides on which day an order falls."),
            ),
            Setting(
                path=("number_prefix",), label=_("Before every number"),
                help=_("Such as S1-. Once in an organisation."),
            ),
            Setting(
                path=("cut_over",), label=_("Post orders from"),
                help=_("A date such as 2026-01-31: orders placed before are never posted. Empty: "
                       "all orders."),
            ),
        ),
    ),
    SettingGroup(
        _("What is sent"),
        (
            Switch(path=("streams", "invoices"), label=_("Invoices")),
            Switch(path=("streams", "payments"), label=_("Payments")),
            Switch(path=("streams", "credit_notes"), label=_("Credit notes")),
            OneOf(
                path=("streams", "customers"), label=_("Contacts"),
                options={
                    "true": _("follow the shop's customers"),
                    "both": _("follow the shop's customers, and these follow what is changed in "
                              "Xero"),
                    "false": _("are made for invoices and left alone"),
                },
            ),
            Switch(path=("streams", "products"), label=_("Products as items")),
            OneOf(
                path=("streams", "stock"), label=_("Stock"),
                options={
                    "off": _("is left alone"),
                    "to_store": _("of Xero goes to the shop"),
                    "to_xero": _("of the shop goes to Xero"),
                    "master": _("comes from an outside system"),
                },
            ),
            Switch(
                path=("write_back", "comment"),
                label=_("Leave a comment for the shop's staff on each order that is posted"),
            ),
        ),
    ),
    SettingGroup(
        _("Fields"),
        (
            Several(
                path=("fields", "customers"), label=_("Of contacts"),
                options={
                    "name": _("name"), "email": _("e-mail"), "phone": _("telephone"),
                    "address": _("address"), "company": _("company"),
                    "tax_number": _("tax number"),
                },
            ),
            Several(
                path=("fields", "orders"), label=_("Of orders"),
                options={
                    "note": _("note"), "coupon": _("coupon"), "po_number": _("purchase order"),
                },
            ),
            Several(
                path=("fields", "products"), label=_("Of items"),
                options={
                    "name": _("name"), "description": _("description"), "price": _("price"),
                },
            ),
        ),
        _("Those that are ticked are sent; where none is, all are."),
    ),
    SettingGroup(
        _("How often the shop is read"),
        tuple(
            Schedule(path=("schedule", stream.value), label=NAMES[stream]) for stream in Stream
        ),
        _SCHEDULE,
    ),
    SettingGroup(
        _("Parts of the shop"),
        (
            Codes(path=("only", "websites"), label=_("Websites"), fact="websites"),
            Codes(path=("only", "store_views"), label=_("Store views"), fact="store_views"),
            Codes(path=("only", "stores"), label=_("Stores"), fact="stores"),
        ),
        _("Where nothing is chosen, all of the shop is read."),
    ),
)  # fmt: skip

SETTINGS = Subject(
    "settings", _("Settings"), "", _("How the shop is reached, what is read and what is sent.")
)


def _parts(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
    return (SettingsForm(around, GROUPS, sent),)


store_edit = editing(SETTINGS, _parts, "stores/edit.html")
