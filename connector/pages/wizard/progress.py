"""How far the set-up of a store is: each stage from facts, none from clicks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounting.unmapped.gaps import Gap, gaps
from connector.pages.mapping.looking import Look
from connector.pages.parts.ways import Progress, Step, steps
from stores.models import Store
from sync.models import Posting, TrackedOrder
from xero.documents.kinds import WITH_BALANCE
from xero.models import Organisation, XeroApp


class Stage(StrEnum):
    ACCESS = "access"
    CONFIGURE = "configure"
    VALIDATE = "validate"
    LAUNCH = "launch"


TITLES: dict[Stage, str | Promise] = {
    Stage.ACCESS: gettext_lazy("Access"),
    Stage.CONFIGURE: gettext_lazy("Configure and map"),
    Stage.VALIDATE: gettext_lazy("Validate"),
    Stage.LAUNCH: gettext_lazy("Launch"),
}


@dataclass(frozen=True)
class SetUpFacts:
    """What is there already. `store` is None while none is added; each fact is asked for once."""

    store: Store | None

    @cached_property
    def app(self) -> XeroApp | None:
        """The app at Xero, once it is entered whole."""
        app = XeroApp.objects.order_by("pk").first()
        return app if app is not None and app.client_id and app.client_secret else None

    @cached_property
    def organisations(self) -> list[Organisation]:
        rows = Organisation.objects.select_related("token_set").filter(connected=True)
        return [one for one in rows if not one.unavailable_reason()]

    @property
    def linked(self) -> bool:
        """Whether the store's organisation is connected."""
        return self.store is not None and self.store.organisation in self.organisations

    @property
    def probed(self) -> bool:
        """Whether the shop has answered what it is."""
        return self.store is not None and bool(self.store.facts.get("probed_at"))

    @cached_property
    def look(self) -> Look:
        assert self.store is not None
        return Look(self.store)

    @cached_property
    def holding(self) -> list[Gap]:
        """What would hold an order, with the draft as it is."""
        if self.store is None:
            return []
        found = gaps(self.look.mapped, self.look.facts, self.look.shows)
        return [one for one in found if one.holds]

    @cached_property
    def read(self) -> int:
        """How many orders of the shop are here."""
        return 0 if self.store is None else TrackedOrder.objects.filter(store=self.store).count()

    @cached_property
    def tried(self) -> list[TrackedOrder]:
        """Orders that were asked for as drafts, the last first."""
        if self.store is None:
            return []
        rows = TrackedOrder.objects.filter(store=self.store, tried_at__isnull=False)
        return list(rows.select_related("store__organisation").order_by("-tried_at")[:3])

    @cached_property
    def drafted(self) -> list[Posting]:
        """What of these is in Xero."""
        rows = Posting.objects.filter(order__in=[row.pk for row in self.tried], verb="PUT")
        found = rows.filter(kind__in=WITH_BALANCE).exclude(xero_id="")
        return list(found.select_related("organisation", "order").order_by("-pk"))

    def is_done(self, stage: Stage) -> bool:
        if self.store is None:
            return False
        if stage is Stage.ACCESS:
            return self.linked and self.probed
        if stage is Stage.CONFIGURE:
            return self.probed and not self.holding and not self.look.draft.changes
        if stage is Stage.VALIDATE:
            return bool(self.drafted) or self.store.enabled
        return self.store.enabled

    @property
    def next(self) -> Stage:
        """The first stage that is not done; the last where all are."""
        return next((stage for stage in Stage if not self.is_done(stage)), Stage.LAUNCH)

    def address(self, stage: Stage) -> str:
        if self.store is None:
            return reverse("set-up:without-store")
        return reverse(f"set-up:{stage}", args=[self.store.slug])


def stepper_of(found: SetUpFacts, stage: Stage) -> list[Step]:
    """The four stages, of which one is open."""
    ways = [(str(TITLES[one]), found.address(one)) for one in Stage]
    order = list(Stage)
    done = frozenset(order.index(one) for one in order if found.is_done(one))
    shown = steps(ways, current=order.index(stage), done=done)
    note = _("Done: you are here")
    return [
        replace(one, note=note) if one.progress is Progress.CURRENT and place in done else one
        for place, one in enumerate(shown)
    ]


def framed(found: SetUpFacts, stage: Stage, **context: Any) -> dict[str, Any]:
    """What all pages of the set-up show: where they are, and the way on."""
    following = list(Stage)[list(Stage).index(stage) + 1 :]
    return {
        "store": found.store,
        "found": found,
        "way": _("Set-up"),
        "steps": stepper_of(found, stage),
        "done": found.is_done(stage),
        "onward": found.address(following[0]) if following and found.store else "",
        "onward_title": TITLES[following[0]] if following else "",
        "others": Store.objects.on_lists().count() - (found.store is not None),
        **context,
    }


def left_of(found: SetUpFacts) -> str:
    """How much is left, in a sentence."""
    left = sum(not found.is_done(stage) for stage in Stage)
    if not left:
        return _("All is set up: orders are read and posted by themselves.")
    said = ngettext("%(count)d of 4 stages is left.", "%(count)d of 4 stages are left.", left)
    return said % {"count": left}
