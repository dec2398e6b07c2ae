"""Draft, trial and versions as pages: who may what, and what a second click does."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts_mapping.models import DraftChange, MappingVersion, snapshot
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit, edit_many
from connector.configuration.versions.publish import change
from stores.models import Store
from sync.models import TrackedOrder, Trial
from sync.trials import run as trials
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import AccountFactory, OrderFactory, OrganisationFactory, UserFactory

DUE = ("posting", "due_days")
RULES = (
    "    statuses: {invoice: [processing], paid: [processing]}\n"
    "    accounts: {sales: '200', shipping: '202'}\n    payment_accounts: {'*': '091'}\n"
    "    tax: {rates: {OUTPUT: 10}, rules: [{rate: 10, tax_type: OUTPUT}]}\n    country: AU\n"
)
PAGES = ["/mapping/au/draft/", "/mapping/au/draft/try/", "/mapping/au/versions/"]
QUESTIONS = [
    "/mapping/au/draft/publish/", "/mapping/au/draft/discard/", "/mapping/au/versions/1/back/",
]  # fmt: skip
ACTS = [*QUESTIONS, "/mapping/au/draft/change/", "/mapping/au/draft/try/start/"]


@pytest.fixture
def store(db) -> Store:
    import_configuration(STORE + RULES, lookup={}.get)
    return Store.objects.get()


@pytest.fixture
def viewer(db) -> Client:
    client = Client()
    client.force_login(UserFactory(username="vic", is_superuser=False, is_staff=False))
    return client


def text(page: Client, address: str, **posted) -> str:
    """What a page says after what was posted there, redirects followed."""
    answer = page.post(address, posted, follow=True) if posted else page.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode().replace("<wbr>", "")


def test_the_bar_says_how_many_changes_of_whom_wait(store, page, ana, viewer):
    assert "Draft with" not in text(page, "/mapping/au/versions/")
    edit_many(store, {DUE: "30", ("timezone",): "Europe/Berlin"}, author=ana, seen=None)
    edit(store, ("posting", "date"), "paid", author=UserFactory(username="ben"), seen=None)
    shown = text(page, "/mapping/au/versions/")
    assert "Draft with 3 changes by ben and ana." in shown
    assert "/mapping/au/draft/publish/" in shown
    seen = text(viewer, "/mapping/au/versions/")
    assert "Draft with 3 changes" in seen
    assert "/mapping/au/draft/publish/" not in seen


def test_the_draft_shows_each_change_with_what_is_live_and_by_whom(store, page, ana):
    edit(store, DUE, "30", author=ana, seen=None)
    edit(store, ("rules",), [{"when": {"sku": "A"}, "account": "203"}], author=ana, seen=None)
    shown = text(page, "/mapping/au/draft/")
    for said in ("Posting: Due", "1: SKU: A; Account: 203", "ana"):
        assert said in shown
    assert "Keep the draft" not in shown


def test_publishing_asks_once_and_says_what_changes_and_what_does_not(store, page, ana):
    OrderFactory(store=store, label=TrackedOrder.Label.HELD, state="held")
    edit(store, DUE, "30", author=ana, seen=None)
    shown = text(page, "/mapping/au/draft/publish/")
    assert "1 order that needs you is looked at again" in shown
    assert "What is in Xero already stays as it is." in shown
    assert "posting.due_days" in shown
    assert snapshot(Store.objects.get()).rules.posting.due_days == 0
    revision = draft(store).revision
    said = text(page, "/mapping/au/draft/publish/", revision=revision, note="month&#x27;s end")
    assert "Version 2 is live" in said
    assert snapshot(Store.objects.get()).rules.posting.due_days == 30
    assert MappingVersion.objects.get(number=2).author == ana
    # The same click again, or the page that the back button brought.
    again = text(page, "/mapping/au/draft/publish/", revision=revision)
    assert "published or discarded already" in again
    assert MappingVersion.objects.count() == 2


def test_a_draft_that_has_moved_on_is_shown_again_and_not_published(store, page, ana):
    revision = edit(store, DUE, "30", author=ana, seen=None).revision
    edit(store, ("posting", "date"), "paid", author=UserFactory(username="ben"), seen=None)
    for address in QUESTIONS[:2]:
        said = text(page, address, revision=revision)
        assert "the draft has changed since you looked" in said
        assert "by ben and ana" in said
    assert MappingVersion.objects.count() == 1
    assert DraftChange.objects.count() == 2


def test_a_discarded_draft_is_gone_and_what_is_live_stays(store, page, ana):
    revision = edit(store, DUE, "30", author=ana, seen=None).revision
    assert "cannot be brought back" in text(page, "/mapping/au/draft/discard/")
    said = text(page, "/mapping/au/draft/discard/", revision=revision)
    assert "What is live stays as it is." in said
    assert not DraftChange.objects.exists()
    assert MappingVersion.objects.count() == 1


def test_a_conflict_names_the_other_and_is_decided_change_by_change(store, page, ana):
    ben = UserFactory(username="ben")
    edit_many(store, {DUE: "30", ("posting", "date"): "paid"}, author=ana, seen=None)
    change(store, {DUE: "7", ("posting", "date"): "shipped"}, author=ben, seen=None)
    shown = text(page, "/mapping/au/draft/")
    assert shown.count("ben has made something else live since, with version 2.") == 2
    assert "cannot be published as it is" in text(page, "/mapping/au/draft/publish/")
    act = "/mapping/au/draft/change/"
    text(page, act, path="posting\ndue_days", act="keep")
    text(page, act, path="posting\ndate", act="discard")
    assert "gone already" in text(page, act, path="posting\ndate", act="discard")
    text(page, "/mapping/au/draft/publish/", revision=draft(store).revision)
    posting = snapshot(Store.objects.get()).rules.posting
    assert (posting.due_days, posting.date) == (30, "shipped")


def test_what_posting_would_refuse_by_now_stands_beside_the_change(store, page, ana):
    edit(store, ("accounts", "sales"), "201", author=ana, seen=None)
    store.organisation = OrganisationFactory(name="Demo")
    store.save()
    for code in ("200", "202", "091"):
        AccountFactory(organisation=store.organisation, code=code)
    shown = text(page, "/mapping/au/draft/")
    assert "has no account 201" in shown
    assert "cannot be published as it is" in text(page, "/mapping/au/draft/publish/")
    said = text(page, "/mapping/au/draft/publish/", revision=draft(store).revision)
    assert "Nothing was published" in said
    assert MappingVersion.objects.count() == 1


def test_an_older_version_is_rolled_back_to_once(store, page, ana):
    change(store, {DUE: "30"}, author=ana, seen=None, note="month's end")
    shown = text(page, "/mapping/au/versions/1/")
    assert "posting.due_days" in shown
    assert "Roll back to it" in shown
    assert "Roll back to it" not in text(page, "/mapping/au/versions/2/")
    asked = text(page, "/mapping/au/versions/1/back/")
    assert "From now on" in asked
    assert "Version 3 is live" in text(page, "/mapping/au/versions/1/back/", current=2)
    assert "another version is live by now" in text(page, "/mapping/au/versions/1/back/", current=2)
    listed = text(page, "/mapping/au/versions/")
    assert "Version 1 again" in listed
    assert "Rolled back" in listed
    assert "the command line" in listed
    assert MappingVersion.objects.count() == 3


def test_a_sandbox_hands_its_version_on_to_production(store, page, ana):
    other = STORE.replace("slug: au", "slug: test").replace("shop.ex", "test.ex")
    import_configuration(other + "    posting: {due_days: 21}\n", lookup={}.get)
    address = "/mapping/test/versions/1/hand-on/"
    asked = text(page, f"{address}?to=au")
    assert "Address, keys, organisation, environment and number prefix stay" in asked
    assert "posting.due_days" in asked
    assert "Version 2 is live" in text(page, address, to="au", current=1)
    now = Store.objects.get(slug="au")
    assert snapshot(now).rules.posting.due_days == 21
    assert now.profile.url == "https://shop.example.com"
    for wrong in ("", "test", "nobody"):
        assert page.get(address, {"to": wrong}).status_code == 404


def test_a_trial_shows_order_by_order_what_would_be_otherwise(store, page, ana, rung):
    order = OrderFactory(store=store)
    edit(store, ("accounts", "sales"), "201", author=ana, seen=None)
    running = text(page, "/mapping/au/draft/try/start/", scope="")
    trial = Trial.objects.get()
    assert ("sync.try_out", trial.pk) in rung
    assert "You can leave this page" in running
    trials.work(trial)
    shown = text(page, "/mapping/au/draft/try/")
    assert "1 order was tried. 1 becomes something else with the draft." in shown
    assert f"/orders/{order.pk}/" in shown
    assert "Merino jumper: Account" in shown
    assert "Invoice: Account" in shown
    edit(store, ("accounts", "sales"), "203", author=ana, seen=None)
    assert "The draft has changed since" in text(page, "/mapping/au/draft/try/")


@pytest.mark.parametrize(("scope", "total"), [("2026-11", 1), ("2026-10", 0), ("2026-13", 1)])
def test_a_trial_may_be_of_a_month_of_the_books(store, page, ana, rung, scope, total):
    OrderFactory(store=store, placed_at="2026-10-31T20:00:00+00:00")  # November in Sydney
    edit(store, ("accounts", "sales"), "201", author=ana, seen=None)
    text(page, "/mapping/au/draft/try/start/", scope=scope)
    trial = Trial.objects.get()
    trials.work(trial)
    trial.refresh_from_db()
    assert trial.total == total


def test_what_cannot_be_tried_says_so(store, page, rung):
    assert "nothing is changed" in text(page, "/mapping/au/draft/try/start/", scope="")
    assert not Trial.objects.exists()


def test_a_viewer_sees_everything_and_changes_nothing(store, viewer, ana):
    edit(store, DUE, "30", author=ana, seen=None)
    change(store, {("posting", "date"): "paid"}, author=ana, seen=None)
    for address in (*PAGES, "/mapping/au/versions/1/"):
        shown = text(viewer, address)
        assert "<form" not in shown.partition('<main id="content"')[2].partition("</main>")[0]
    for address in QUESTIONS:
        assert viewer.get(address).status_code == 403
    for address in ACTS:
        posted = {"revision": draft(store).revision, "current": 2, "path": "posting\ndue_days"}
        assert viewer.post(address, {**posted, "act": "discard"}).status_code == 403
    assert DraftChange.objects.count() == 1
    assert MappingVersion.objects.count() == 2
    assert not Trial.objects.exists()


def test_the_right_for_the_mapping_is_enough(store, viewer, ana):
    vic = UserFactory._meta.model.objects.get(username="vic")
    vic.user_permissions.add(Permission.objects.get(codename="change_mappingversion"))
    revision = edit(store, DUE, "30", author=ana, seen=None).revision
    assert "Version 2 is live" in text(viewer, "/mapping/au/draft/publish/", revision=revision)


@pytest.mark.parametrize("address", ACTS)
def test_a_click_after_the_session_ended_is_said_to_be_lost(store, address, ana):
    edit(store, DUE, "30", author=ana, seen=None)
    visitor = Client()
    answer = visitor.post(address, {"next": "/mapping/au/draft/", "revision": 1, "current": 1})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    visitor.force_login(ana)
    assert "not carried out" in text(visitor, "/not-carried-out/?page=/mapping/au/draft/")
    assert DraftChange.objects.count() == 1
    assert MappingVersion.objects.count() == 1


def test_no_page_asks_more_of_the_database_for_more_versions(
    store, page, ana, django_assert_max_num_queries
):
    for days in range(1, 31):
        change(store, {DUE: str(days)}, author=ana, seen=None)
    with django_assert_max_num_queries(16):
        shown = text(page, "/mapping/au/versions/")
    assert "?before=7" in shown
    assert "Older versions" not in text(page, "/mapping/au/versions/?before=7")
