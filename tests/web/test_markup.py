"""What holds for every page: nothing inline, small, no secret, readable in both themes."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from accounts_mapping.models import SeenFact
from connector.configuration.versions.edit import edit
from connector.lib import clock
from connector.models import Examination
from connector.pages.mapping.subjects import SUBJECTS
from connector.templatetags.navigation import PAGES
from sync.models import (
    Backfill,
    HandledDifference,
    IncomingCall,
    Proposal,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
    TrackedProduct,
    Trial,
    TrialDifference,
)
from tests.web.factories import (
    AccountFactory,
    CursorFactory,
    DayCountFactory,
    MappingFactory,
    OrderFactory,
    OrganisationFactory,
    PostingFactory,
    SourceRecordFactory,
    StoreFactory,
    UserFactory,
    many_posted,
    reason,
)
from xero.models import MirrorContact, TaxRate

HOSTILE = "\"><script>alert('1')</script><b onclick=x>"
SECRETS = ("the-secret", "access-token-", "refresh-token-", "shop-token-")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """Something on every page, with names that try to break out of the markup."""
    organisation = OrganisationFactory(name=f"Harbour {HOSTILE}")
    OrganisationFactory(connected=False, reason="Lost.", name="Second")
    DayCountFactory(organisation=organisation)
    store = StoreFactory(organisation=organisation, name=f"Shop {HOSTILE}", slug="au")
    StoreFactory(slug="other", enabled=False, facts={"probed_at": clock.now().isoformat()})
    CursorFactory(store=store, last_error=HOSTILE)
    IncomingCall.objects.create(
        store=store, digest="1", wanted=[["orders", HOSTILE]], state="failed", error=HOSTILE
    )
    MappingFactory(store=store)
    AccountFactory(organisation=organisation, name=HOSTILE)
    for number in "12":
        MirrorContact.objects.create(
            organisation=organisation, contact_id=f"id-{number}", name=f"{HOSTILE} {number}",
            email="a@example.com", email_key="a@example.com", status="ACTIVE",
        )  # fmt: skip
    order = OrderFactory(store=store, source_id="1", number="000000001", customer_name=HOSTILE)
    PostingFactory(order=order)
    refused = [reason("refused", HOSTILE)]
    PostingFactory(order=order, purpose="p", kind="payment", state="dead", reasons=refused)
    many_posted(store, range(2, 70))
    OrderFactory(
        store=store, source_id="99", label="held", state="held",
        reasons=[reason("tax_unmapped", HOSTILE, HOSTILE)],
    )  # fmt: skip
    for number in "12":
        TrackedProduct.objects.create(
            store=store, source_id=f"{number}{HOSTILE}", sku=HOSTILE + number, name=HOSTILE,
            record=SourceRecordFactory(store=store, stream="products"), state="held",
            reasons=[reason("item_code_taken", HOSTILE)],
        )  # fmt: skip
    run = ReconcileRun.objects.create(
        store=store, state="done", ended_at=clock.now(), orders=9, differences=1, note=HOSTILE
    )
    ReconcileDifference.objects.create(
        run=run, what="difference", order=order, number=HOSTILE, field="total", side="xero",
        shop_value=HOSTILE, cause="changed_in_xero",
    )  # fmt: skip
    ReconcileDay.objects.create(
        run=run, day=clock.now().date(), currency="AUD", measure="sale", name=HOSTILE
    )
    HandledDifference.objects.create(store=store, number="1", field="total", note=HOSTILE)
    day = clock.now().date()
    for state in ("done", "failed"):
        Backfill.objects.create(
            store=store, since=day, until=day, state=state, error=HOSTILE, ended_at=clock.now()
        )
    Proposal.objects.create(
        order=order, organisation=organisation, xero_id="x", number=HOSTILE, reference=HOSTILE,
        contact_id="id-1", currency="AUD", total_units=1, certainty="same",
    )  # fmt: skip
    edit(store, ("lookups",), {HOSTILE: {HOSTILE: HOSTILE}}, author=UserFactory(), seen=None)
    trial = Trial.objects.create(store=store, state="done", total=1, differing=1, error=HOSTILE)
    fields = [{"what": HOSTILE, "live": HOSTILE, "tried": HOSTILE}]
    document = {"kind": "invoice", "name": HOSTILE, "was": "changed", "fields": fields}
    found = {"status": ["ready", "held"], "reasons": [[], [HOSTILE]], "documents": [document]}
    TrialDifference.objects.create(trial=trial, order=order, number=HOSTILE, found=found)
    lines = [
        {"level": level, "subject": HOSTILE, "text": HOSTILE, "fix": fix, "at": at}
        for level in "✗!✓"
        for fix, at in ((HOSTILE, {}), ("", {"store": "au", "field": "accounts.sales"}))
    ]
    for showed, key in (
        ("payment_method", ["stripe", "AUD"]), ("tax", ["AU", "", "", HOSTILE, "10", ""]),
        ("total_row", [HOSTILE, "AUD"]), ("status", [HOSTILE]),
    ):  # fmt: skip
        SeenFact.objects.create(
            store=store, showed=showed, text=showed, key=key, title=HOSTILE, orders=3, units=30000,
            sample=HOSTILE,
        )  # fmt: skip
    TaxRate.objects.create(
        organisation=organisation, tax_type="OUTPUT", name=HOSTILE, status="ACTIVE"
    )
    for about in ("", "au"):
        Examination.objects.create(about=about, findings=lines, ended_at=clock.now())
    return {"order": order.pk}


ADDRESSES = [
    "/", "/orders/", "/orders/?state=attention", "/orders/?q=%22%3E%3Cscript%3E",
    "/orders/{order}/", "/orders/{order}/preview/", "/customers/duplicates/", "/reports/",
    "/stores/au/stock/", "/stores/au/products/",
    "/attention/", "/orders/all/", "/orders/all/handle/",
    "/reports/reconcile/?store=au",
    "/stores/au/backfill/", "/orders/already-in-xero/",
    "/reports/reconcile/day/?store=au&day=2026-11-20&currency=AUD&measure=sale&name=%22%3E%3Cb",
    "/stores/", "/stores/au/", "/mapping/au/draft/", "/mapping/au/draft/publish/",
    "/mapping/au/draft/discard/", "/mapping/au/draft/try/", "/mapping/au/versions/",
    "/mapping/au/versions/1/", "/mapping/au/versions/1/back/",
    "/mapping/au/versions/1/hand-on/?to=other",
    "/diagnostics/", "/stores/au/diagnostics/", "/stores/au/preview/",
    "/stores/au/edit/", "/stores/au/keys/", "/add-store/", "/add-store/?platform=magento",
    "/stores/au/secret/", "/stores/au/archive/", "/stores/?archived=1",
    "/mapping/", "/mapping/au/",
    *(f"/mapping/au/{one.slug}/" for one in SUBJECTS),
    "/mapping/au/products/?q=%22%3E%3Cscript%3E",
    "/xero/", "/settings/", "/chart-of-accounts/", "/set-up/", "/set-up/xero/?more=1",
    "/set-up/file/",
    "/set-up/au/access/", "/set-up/au/configure/", "/set-up/au/validate/", "/set-up/au/launch/",
    "/set-up/other/launch/", "/set-up/other/launch/confirm/?environment=production&status=DRAFT",
    "/accounts/password/change/",
    "/mapping/au/inbox/", "/mapping/au/proposals/",
    "/accounts/2fa/", "/accounts/logout/", "/nowhere/",
]  # fmt: skip
FOR_VISITORS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/"]


class Checker(HTMLParser):
    """Collects what the policy forbids, ids that come twice, and tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        bad = [n for n in given if n == "style" or n.startswith(("on", "hx-on"))]
        self.found += [f"{tag} {name}" for name in bad]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"inline {tag}")
        if "id" in given:
            if given["id"] in self.ids:
                self.found.append(f"id {given['id']} twice")
            self.ids.add(str(given["id"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.found.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


def check(response: Any) -> None:
    checker = Checker()
    checker.feed(response.text)
    assert checker.found == []
    assert checker.open == []
    assert len(response.content) < 50_000
    assert response.text.count("<h1") == 1
    for secret in SECRETS:
        assert secret not in response.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_obey_the_policy(page: Client, world: dict[str, Any], address: str) -> None:
    response = page.get(address.format(**world))

    assert response.status_code == (404 if "nowhere" in address else 200)
    check(response)


@pytest.mark.parametrize("address", FOR_VISITORS)
def test_pages_for_visitors_obey_the_policy(world: dict[str, Any], address: str) -> None:
    check(Client().get(address))


@pytest.mark.django_db
def test_the_first_run_page_obeys_the_policy() -> None:
    check(Client().get("/first-run/"))


def test_the_page_that_asks_why_obeys_the_policy(page: Client, world: dict[str, Any]) -> None:
    check(page.post("/orders/do-not-sync/", {"order": world["order"]}))


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_database_and_no_context(status: str) -> None:
    text = render_to_string(f"{status}.html")

    assert "app.css" in text
    assert "an error occurred" not in text.lower()
    assert "!" not in re.sub(r"<[^>]*>", "", text)


def test_the_policy_is_sent(page: Client) -> None:
    policy = page.get("/orders/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_navigation_has_no_dead_links(page: Client, world: dict[str, Any]) -> None:
    text = page.get("/").text
    links = set(re.findall(r'class="(?:rail|bottom)-link" href="([^"]+)"', text))

    assert {"/", "/orders/", "/chart-of-accounts/", "/xero/"} <= links
    assert len(links) <= len(PAGES) + 3
    for link in links:
        assert page.get(link).status_code == 200


# --- the stylesheet -------------------------------------------------------------------------

CSS = (Path(settings.BASE_DIR) / "static/app.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS
    )
}
TEXT_ON = [
    *((text, ground) for text in ("text", "muted", "accent", "accent-hover", "red", "green")
      for ground in ("page", "surface", "raised", "sunken", "hover")),
    *((text, ground) for text in ("text", "muted", "accent")
      for ground in ("accent-tint", "green-tint", "amber-tint", "red-tint", "blue-tint")),
    *((colour, f"{colour}-tint") for colour in ("green", "amber", "red", "blue", "grey")),
    ("on-accent", "accent"), ("on-accent", "accent-hover"),
]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edges_of_fields_can_be_seen(theme: int) -> None:
    for ground in ("surface", "page"):
        assert contrast(TOKENS["line-strong"][theme], TOKENS[ground][theme]) >= 3


def test_every_state_has_its_shape() -> None:
    for state in (
        "held",
        "dead",
        "working",
        "unknown",
        "skipped",
        "voided",
        "mismatch",
        "posted",
        "draft",
        "refunded",
        "part",
        "cancelled",
    ):
        assert f".state.{state}::before" in CSS
