"""A new organisation of each edition of Xero, a shop of its country, and nothing configured: what
is proposed, accepted and made at a click posts every order, with no hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from pytest_django import Settings

from accounts_mapping.models import MappingVersion
from accounts_mapping.proposals.proposal import StoreProposals, Sure
from accounts_mapping.proposals.propose import propose
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.publish import publish
from connector.pages.mapping.looking import Look
from connector.pages.mapping.proposals import edits_of
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.made_up.profiles import PROFILES
from sandbox.xero import StandIn
from sandbox.xero.charts.editions import COUNTRIES
from stores.models import Store
from sync import seen
from sync.dispatch import freshness
from sync.ingest.probe import probe
from sync.models import TrackedOrder
from tests.sync.world import Time, World, connect, watch_transactions
from xero import reference
from xero.accounts import Wanted, make_account

pytestmark = pytest.mark.stories
ORDERS = 25


@pytest.fixture
def xero(settings: Settings, time: Time):
    """The stand-in with a new organisation of each country."""
    with StandIn(auto_consent=True, countries=tuple(COUNTRIES)) as server:
        settings.XERO_LOGIN_URL = server.url
        settings.XERO_IDENTITY_URL = server.url
        settings.XERO_API_URL = server.url
        settings.ALLOW_PRIVATE_HOSTS = True
        yield server


def proposed(store: Store) -> StoreProposals:
    look = Look(World.fresh(store))
    return propose(look.mapped, look.facts, look.shows)


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_proposed_posts_every_order(
    db: None, xero: StandIn, time: Time, open_shop: Any, monkeypatch: pytest.MonkeyPatch,
    country: str,
) -> None:  # fmt: skip
    freshness._seen.clear()
    xero.config(auto_tenant=f"New Shop ({country})")
    app, organisation = connect(xero)
    watch_transactions(monkeypatch)
    reference.refresh(organisation)
    assert (organisation.name, organisation.country) == (f"New Shop ({country})", country)
    world = World(xero, time, app, organisation)
    code = {"AU": "au", "GB": "uk"}.get(country, country.casefold())
    # Some buyers abroad; their money is in the shop's own currency but for the first two shops.
    plan = Plan(profile=code, customers=20, paid_only=True, foreign=0.2, seed=7)
    shop = open_shop(plan=plan, orders=ORDERS)
    profile = PROFILES[code]
    store = world.add_store(
        shop, country=country, base_currency=profile.currency, timezone=profile.timezone
    )
    MappingVersion.objects.filter(store=store).delete()
    ana = get_user_model().objects.create_superuser("ana", password="x")
    world.pull()
    probe(World.fresh(store))
    seen.see_all(store)
    assert not xero.ledger(organisation.tenant_id)["Invoices"]

    for account in proposed(store).missing:
        wanted = Wanted(account.code, account.name, account.type, account.payments)
        make_account(organisation, wanted, author=ana)
    found = proposed(store)
    assert found.missing == []
    wanted_ones = [one for one in found.proposals if one.sure is not Sure.GUESS]
    fresh = World.fresh(store)
    drafted = draft(fresh)
    edits = edits_of(drafted, wanted_ones)
    after = edit_many(fresh, edits, author=ana, seen=drafted.seen(*edits))
    publish(fresh, revision=after.revision, author=ana)
    assert proposed(store).proposals == []

    world.work()
    rows = TrackedOrder.objects.filter(store=store)
    assert rows.count() == ORDERS
    for row in rows:
        assert row.label in ("posted", "skipped"), (row.number, row.label, row.reasons)
    posted = rows.filter(label="posted")
    assert posted.count() > ORDERS // 2
    invoices = {
        one["InvoiceNumber"]: one for one in xero.ledger(organisation.tenant_id)["Invoices"]
    }
    for row in posted:
        invoice = invoices[f"S1-{row.number}"]
        assert Decimal(str(invoice["Total"])) == row.total
        assert not invoice["AmountDue"]
