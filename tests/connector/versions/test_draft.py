"""Drafts: what is edited, what is refused beside which field, and who is told of whom."""

from __future__ import annotations

import pytest

from accounts_mapping.models import Draft, DraftChange, MappingVersion, snapshot
from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import discard, edit, edit_many, keep
from connector.configuration.versions.publish import change, promote, publish, roll_back
from connector.configuration.versions.refusals import Conflict, DraftRefused, Outdated
from stores.models import Store
from sync.models import TrackedOrder
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import AccountFactory, OrderFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
ACCOUNTS = ("accounts",)
DUE = ("posting", "due_days")
RULES = (
    "    statuses: {invoice: [processing]}\n    accounts: {sales: '200', shipping: '202'}\n"
    "    payment_accounts: {checkmo: '970'}\n"
)


def imported(text: str = STORE + RULES) -> tuple[str, ...]:
    return import_configuration(text, lookup={}.get).notices


@pytest.fixture
def store() -> Store:
    imported()
    return Store.objects.get()


@pytest.fixture
def ana(django_user_model):
    return django_user_model.objects.create(username="ana")


@pytest.fixture
def ben(django_user_model):
    return django_user_model.objects.create(username="ben")


def connect(store: Store, *codes: str) -> None:
    store.organisation = OrganisationFactory(name="Demo")
    for code in codes:
        AccountFactory(organisation=store.organisation, code=code)
    store.save()


def changes(store: Store) -> dict[str, object]:
    return {one.field: one.after for one in draft(store).changes}


def test_an_edit_changes_the_draft_and_not_what_is_live(store, ana):
    before = snapshot(store)
    now = edit(store, DUE, "30", author=ana, seen=None)
    assert [(c.field, c.now, c.after, c.author) for c in now.changes] == [
        ("posting.due_days", "0", "30", ana)
    ]
    assert (now.value(*DUE), now.live["posting"]["due_days"]) == ("30", "0")
    assert now.errors == {}
    assert now.authors == [ana]
    assert snapshot(store) == before
    # Taken back by hand, there is no draft any more.
    assert edit(store, DUE, "0", author=ana, seen=None).changes == ()
    assert not DraftChange.objects.exists()


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        (DUE, "soon", "posting.due_days", "must be a whole number of days"),
        (("posting", "mode"), "weekly", "posting.mode", "must be"),
        (("timezone",), "Sydney", "timezone", "must be a time zone"),
        (("payment_accounts", "paypal.express"), "", "payment_accounts.paypal.express", "must be"),
        (("tax", "rules"), [{"rate": "x", "tax_type": "OUTPUT"}], "tax.rules[0].rate", "number"),
        (("rules",), [{"when": {}, "account": "200"}], "rules[0].when", "at least one condition"),
        (("streams",), {"stock": "to_mars"}, "streams.stock", "must be"),
        (("contacts", "guest"), "Web\x00sales", "contacts.guest", "control character"),
        (("organisation",), None, "organisation", "required"),
        (("tracking",), {"A": "x", "B": "y", "C": "z"}, "tracking", "at most two"),
    ],
)
def test_what_an_import_refuses_an_edit_refuses_beside_the_field(
    store, ana, path, value, field, message
):
    with pytest.raises(DraftRefused) as caught:
        edit(store, path, value, author=ana, seen=None)
    assert list(caught.value.errors) == [field]
    assert message in caught.value.at(*path)[0]
    assert not DraftChange.objects.exists()


def test_what_posting_refuses_an_edit_refuses_beside_the_field(store, ana):
    connect(store, "200", "201")
    with pytest.raises(DraftRefused) as caught:
        edit(store, ("accounts", "sales"), "299", author=ana, seen=None)
    assert "has no account 299" in caught.value.at("accounts", "sales")[0]
    # 202 and 970 are missing too, and live: they do not stand in the way of something else.
    now = edit(store, ("accounts", "sales"), "201", author=ana, seen=None)
    assert changes(store) == {"accounts.sales": "201"}
    assert now.errors == {}


def test_what_a_switch_asks_for_is_told_where_it_is_switched_on(store, ana):
    """The accounts are of another page: on this one nothing would be marked, and only publishing
    would say so."""
    connect(store, "200", "202", "970")
    tracked = ("items", "tracked")
    with pytest.raises(DraftRefused) as caught:
        edit(store, tracked, True, author=ana, seen=None)
    assert list(caught.value.errors) == ["items.tracked"]
    told = caught.value.at(*tracked)
    assert ["accounts.inventory" in told[0], "accounts.cogs" in told[1]] == [True, True]
    assert "Tracked items need this account" in told[0]
    edit(store, DUE, "30", author=ana, seen=None)
    assert changes(store) == {"posting.due_days": "30"}


@pytest.mark.parametrize("path", [("slug",), ("enabled",), ("credentials",), ("posting", "x"), ()])
def test_what_no_form_may_name_is_an_error_of_the_caller(store, ana, path):
    with pytest.raises(ValueError, match="no subject"):
        edit(store, path, "x", author=ana, seen=None)


def test_two_people_at_one_form_keep_both_their_changes(store, ana, ben):
    seen = draft(store).seen("posting")
    form = draft(store).value("posting")
    edit(store, ("posting",), form | {"due_days": "30"}, author=ana, seen=seen)
    # Ben's form still shows 0 days; he changed the date only.
    edit(store, ("posting",), form | {"date": "paid"}, author=ben, seen=seen)
    assert changes(store) == {"posting.date": "paid", "posting.due_days": "30"}
    assert draft(store).authors == [ben, ana]


def test_the_second_at_one_field_is_told_whose_change_is_in_the_way(store, ana, ben):
    seen = draft(store).seen("posting")
    edit(store, DUE, "30", author=ana, seen=seen)
    both = {DUE: "14", ("posting", "date"): "paid"}
    with pytest.raises(Conflict) as caught:
        edit_many(store, both, author=ben, seen=seen)
    (rival,) = caught.value.rivals
    assert (rival.field, rival.theirs, rival.mine, rival.author, rival.version) == (
        "posting.due_days", "30", "14", ana, None,
    )  # fmt: skip
    assert rival.at is not None
    assert changes(store) == {"posting.due_days": "30"}  # nothing of Ben's, and nothing lost
    edit_many(store, both, author=ben, seen=caught.value.seen)
    assert changes(store) == {"posting.date": "paid", "posting.due_days": "14"}


def test_who_published_in_the_meantime_is_told_too(store, ana, ben):
    seen = draft(store).seen(DUE)
    edit(store, DUE, "30", author=ana, seen=seen)
    version = publish(store, revision=draft(store).revision, author=ana).version
    with pytest.raises(Conflict) as caught:
        edit(store, DUE, "14", author=ben, seen=seen)
    (rival,) = caught.value.rivals
    assert (rival.author, rival.version, rival.at) == (ana, version.number, version.created_at)


def test_entries_of_a_mapping_and_a_lookup_are_edited_apart(store, ana, ben):
    seen = draft(store).seen("payment_accounts", "lookups")
    edit(store, ("payment_accounts", "a.b"), "091", author=ana, seen=seen)
    edit(store, ("payment_accounts", "stripe"), {"EUR": "092"}, author=ben, seen=seen)
    edit(store, ("payment_accounts", "checkmo"), None, author=ben, seen=seen)
    edit(store, ("lookups", "region", "NSW"), "East", author=ana, seen=seen)
    edit(store, ("lookups", "region", "WA"), "West", author=ben, seen=seen)
    now = draft(store)
    assert now.value("payment_accounts") == {"a.b": "091", "stripe": {"EUR": "092"}}
    assert now.value("lookups") == {"region": {"NSW": "East", "WA": "West"}}
    assert len(now.changes) == 5


def test_publishing_makes_a_version_and_builds_what_was_held_anew(store, ana):
    order = OrderFactory(store=store, label=TrackedOrder.Label.HELD, state="held", build_at=None)
    edit_many(store, {DUE: "30", ("timezone",): "Europe/Berlin"}, author=ana, seen=None)
    done = publish(store, revision=draft(store).revision, author=ana, note="month's end")
    store.refresh_from_db()
    assert (store.profile.timezone, snapshot(store).rules.posting.due_days) == ("Europe/Berlin", 30)
    assert done.changes == (
        "stores.au.timezone: Australia/Sydney → Europe/Berlin",
        "stores.au.posting.due_days: 0 → 30",
    )  # fmt: skip
    assert done.notices[-1] == "store au: 1 held order is looked at again"
    order.refresh_from_db()
    assert order.build_at is not None
    version = MappingVersion.objects.current(store)
    assert (version.number, version.author, version.note, version.origin) == (
        2, ana, "month's end", MappingVersion.Origin.PAGES,
    )  # fmt: skip
    assert version.section["posting"]["due_days"] == "30"
    assert "enabled" not in version.section
    assert draft(store).changes == ()


def test_a_draft_is_published_once_and_only_as_it_was_shown(store, ana, ben):
    shown = edit(store, DUE, "30", author=ana, seen=None).revision
    edit(store, ("posting", "date"), "paid", author=ben, seen=None)
    with pytest.raises(Outdated):
        publish(store, revision=shown, author=ana)
    with pytest.raises(Outdated):
        discard(store, revision=shown)
    revision = draft(store).revision
    publish(store, revision=revision, author=ana)
    with pytest.raises(Outdated):
        publish(store, revision=revision, author=ana)
    assert MappingVersion.objects.count() == 2


def test_a_file_over_an_open_draft_leaves_it_and_is_told_of(store, ana):
    edit_many(store, {DUE: "30", ("posting", "date"): "paid"}, author=ana, seen=None)
    notices = imported(STORE + RULES + "    posting: {due_days: 7, date: paid}\n")
    assert "store au: a draft of 2 changes is open in the browser; it stays" in notices
    now = draft(store)
    assert changes(store) == {"posting.due_days": "30"}  # the date is live by now
    (rival,) = now.conflicts
    assert (rival.theirs, rival.mine, rival.version, rival.author) == ("7", "30", 2, None)
    with pytest.raises(Conflict):
        publish(store, revision=now.revision, author=ana)
    keep(store, DUE, author=ana)
    publish(store, revision=draft(store).revision, author=ana)
    assert snapshot(Store.objects.get()).rules.posting.due_days == 30


def test_a_file_names_the_versions_that_it_takes_the_place_of(store, ana):
    change(store, {DUE: "30"}, author=ana, seen=None, note="month's end")
    change(store, {("posting", "date"): "paid"}, author=ana, seen=None)
    text = STORE + RULES + "    posting: {date: paid}\n"
    dry = import_configuration(text, lookup={}.get, dry_run=True)
    (line,) = [one for one in dry.notices if "replaces" in one]
    assert line.startswith("store au: replaces version 2, made in the browser by ana on ")
    assert line.endswith('UTC, "month\'s end"')
    assert MappingVersion.objects.count() == 3
    assert imported(text) == dry.notices
    latest = MappingVersion.objects.current(store)
    assert (latest.number, latest.note, latest.author) == (4, "config import", None)
    # What the file took over names nothing.
    assert not [one for one in imported(text) if "replaces" in one]


def test_rolling_back_is_a_new_version_with_the_old_content(store, ana):
    first = MappingVersion.objects.current(store).section
    change(store, {DUE: "30", ("shop_timezone",): "Europe/Berlin"}, author=ana, seen=None)
    with pytest.raises(Outdated):
        roll_back(store, 1, current=1, author=ana)
    done = roll_back(store, 1, current=2, author=ana)
    assert (done.version.number, done.version.section, done.version.note) == (
        3, first, "Version 1 again",
    )  # fmt: skip
    assert Store.objects.get().profile.shop_timezone == "UTC"


def test_what_posting_refuses_by_now_is_not_rolled_back_to(store, ana):
    change(store, {("accounts", "sales"): "210"}, author=ana, seen=None)
    connect(store, "210", "202", "970")
    with pytest.raises(DraftRefused) as caught:
        roll_back(store, 1, current=2, author=ana)
    assert "accounts.sales" in caught.value.errors
    assert MappingVersion.objects.count() == 2


def test_a_version_from_before_sections_takes_back_the_rules_and_leaves_the_rest(store, ana):
    MappingVersion.objects.update(section=None)
    change(store, {DUE: "30", ("shop_timezone",): "Europe/Berlin"}, author=ana, seen=None)
    assert MappingVersion.objects.get(number=1).section["shop_timezone"] == "UTC"
    MappingVersion.objects.filter(number=1).update(section=None)
    done = roll_back(store, 1, current=2, author=ana)
    assert done.changes == ("stores.au.posting.due_days: 30 → 0",)


def test_a_sandbox_gives_its_rules_and_the_target_stays_itself(store, ana):
    other = STORE.replace("slug: au", "slug: test").replace("shop.ex", "test.ex") + (
        "    environment: sandbox\n    cut_over: 2026-01-01\n    posting: {due_days: 21}\n"
    )
    imported(other)
    before = Store.objects.get(slug="au").profile
    source = MappingVersion.objects.get(store__slug="test")
    done = promote(source, store, current=1, author=ana)
    after = Store.objects.get(slug="au").profile
    assert snapshot(Store.objects.get(slug="au")).rules.posting.due_days == 21
    for key in ("name", "url", "organisation", "environment", "number_prefix"):
        assert getattr(after, key) == getattr(before, key)
    assert str(after.cut_over) == "2026-01-01"
    assert done.version.note == "Version 1 of test"


def test_the_switch_is_no_part_of_a_version(store, ana):
    store.switch(on=False)
    change(store, {DUE: "30"}, author=ana, seen=None)
    assert Store.objects.get().enabled is False
    roll_back(store, 1, current=2, author=ana)
    assert Store.objects.get().enabled is False
    assert "enabled: false" in exported()


def test_a_change_that_another_overtakes_is_merged_again(store, ana, monkeypatch):
    """Between reading the draft and writing it another edit gets in."""
    real, done = Draft.move_on, []

    def late(row):
        if not done:
            done.append(True)
            edit(store, ("posting", "date"), "paid", author=ana, seen=None)
        return real(row)

    monkeypatch.setattr(Draft, "move_on", late)
    edit(store, DUE, "30", author=ana, seen=None)
    assert changes(store) == {"posting.date": "paid", "posting.due_days": "30"}


def test_secrets_change_at_once_and_stand_in_no_version(store, ana):
    keys = {"credentials": {"bearer": "first-token"}, "webhook_secret": "first-secret"}
    done = change(store, {DUE: "9"}, author=ana, seen=None, secrets=keys)
    assert "stores.au.credentials.bearer: set" in done.changes
    assert store.credentials == {"bearer": "first-token"}
    with pytest.raises(DraftRefused) as caught:
        change(store, {}, author=ana, seen=None, secrets={"credentials": {"token": "second-token"}})
    assert "second-token" not in str(caught.value)
    # Without them the stored ones stay; a secret that is null is taken away.
    change(store, {DUE: "10"}, author=ana, seen=None)
    assert Store.objects.get().webhook_secret == "first-secret"
    change(store, {}, author=ana, seen=None, secrets={"webhook_secret": None})
    assert Store.objects.get().webhook_secret == ""
    assert Store.objects.get().credentials == {"bearer": "first-token"}
    kept = str([version.section for version in MappingVersion.objects.all()])
    assert "token" not in kept
    assert "first-secret" not in kept


def test_what_an_import_doubts_a_draft_says_before_it_is_published(store, ana):
    connect(store, "200", "202", "970")
    assert draft(store).doubts == []
    now = edit(store, ("base_currency",), "EUR", author=ana, seen=None)
    assert now.errors == {}
    assert [one.partition(":")[0] for one in now.doubts] == ["base_currency"]
