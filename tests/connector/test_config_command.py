"""`config import` and `config export`: what they change, what they say, what they never show."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts_mapping.models import MappingVersion
from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.reading import FileRefused
from connector.doctor.examine import examine
from stores.models import SourceRecord, Store
from sync.models import Preferences, TrackedOrder
from sync.organisations import link_organisations
from tests.connector.test_configuration_reading import EXAMPLE, SECRETS, STORE
from xero.models import Account, Organisation, TaxRate, TokenSet, XeroApp

pytestmark = pytest.mark.django_db

CREDENTIALS = "    credentials: {bearer: '${T}'}\n"


def apply(text: str, environment: dict[str, str] | None = None, *, dry_run: bool = False):
    return import_configuration(text, lookup=(environment or {}).get, dry_run=dry_run)


def refused(text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(FileRefused) as caught:
        apply(text, environment)
    return caught.value.lines


def run(*args: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    out, err = StringIO(), StringIO()
    try:
        call_command("config", *args, stdout=out, stderr=err, no_color=True, skip_checks=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "configuration.yaml"


@pytest.fixture
def demo() -> Organisation:
    return Organisation.objects.create(tenant_id="11111111-aaaa", name="Demo", connected=True)


def everything() -> list[object]:
    models = (Store, MappingVersion, Preferences, XeroApp)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_whole_file_is_stored_and_the_second_import_changes_nothing():
    report = apply(EXAMPLE, SECRETS)
    assert report.changes[:5] == (
        "xero: created", "xero.client_id: set", "xero.client_secret: set", "xero.webhook_key: set",
        "logging.debug: false → true",
    )  # fmt: skip
    assert report.changes[-2:] == ("store nz-main: created", "store bare: created")
    store = Store.objects.get(slug="nz-main")
    assert store.credentials["access_token_secret"] == "value-of-nz_token_secret"
    assert store.webhook_secret == "value-of-nz_hook"
    assert "credentials" not in store.settings
    app = XeroApp.objects.get()
    assert (app.daily_call_limit, app.live_reserve, app.client_secret) == (
        5000, 25, "value-of-xero_client_secret",
    )  # fmt: skip
    assert Preferences.load().retries == {"attempts": 8, "base": "10s", "cap": "2h"}
    before = everything()
    assert apply(EXAMPLE, SECRETS).changes == ()
    assert apply(EXAMPLE).changes == ()  # nothing set: the stored secrets stay
    assert everything() == before


def test_export_holds_no_secret_and_reads_back_as_it_is():
    apply(EXAMPLE, SECRETS)
    before = everything()
    text = exported()
    assert not [value for value in SECRETS.values() if value in text]
    for name in (
        "XERO_CLIENT_ID", "XERO_CLIENT_SECRET", "XERO_WEBHOOK_KEY", "CHAT_URL",
        "STORE_NZ_MAIN_CONSUMER_KEY", "STORE_NZ_MAIN_WEBHOOK_SECRET", "STORE_BARE_API_KEY",
    ):  # fmt: skip
        assert f'"${{{name}}}"' in text
    assert apply(text).changes == ()
    assert everything() == before
    assert exported() == text


def test_an_export_restores_an_empty_database():
    apply(EXAMPLE, SECRETS)
    text = exported()
    for model in (MappingVersion, Store, Preferences, XeroApp):
        model.objects.all().delete()
    secrets = {"CHAT_URL": "json://example.com", **{f"XERO_{k}": "x" for k in (
        "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_KEY")}}  # fmt: skip
    assert len(refused(text, secrets)) == 7
    assert Store.objects.count() == 0
    names = [part.partition("}")[0] for part in text.split('"${STORE_')[1:]]
    apply(text, secrets | {f"STORE_{name}": "y" for name in names})
    assert exported() == text


def test_what_changes_is_said_in_plain_words():
    apply(STORE + CREDENTIALS, {"T": "first-token"})
    text = STORE + CREDENTIALS + (
        "    posting: {due_days: 30}\n    accounts: {sales: '200'}\n    enabled: false\n"
        "    tax: {rules: [{rate: 10, tax_type: OUTPUT}]}\n    statuses: {paid: []}\n"
    )  # fmt: skip
    report = apply(text, {"T": "second-token"})
    assert report.changes == (
        "stores.au.credentials.bearer: changed",
        "stores.au.enabled: true → false",
        "stores.au.posting.due_days: 0 → 30",
        "stores.au.statuses.paid: [processing, complete] → []",
        "stores.au.accounts.sales: not set → 200",
        "stores.au.tax.rules[0]: added {rate: 10, tax_type: OUTPUT, as_charged: false}",
    )
    assert "token" not in "".join(report.lines)
    back = apply(STORE)
    assert "stores.au.posting.due_days: 30 → 0" in back.changes
    assert Store.objects.get().credentials == {"bearer": "second-token"}


def test_rules_get_a_new_version_only_when_they_mean_something_else():
    apply(STORE)
    apply(STORE + "    posting: {mode: per_order}\n")
    assert MappingVersion.objects.count() == 1
    apply(STORE + "    posting: {due_days: 7}\n")
    assert MappingVersion.objects.count() == 2


def test_a_dry_run_says_the_same_and_changes_nothing(file, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    apply(STORE)
    before = everything()
    file.write_text(EXAMPLE)
    dry = run("import", str(file), "--dry-run")
    assert dry[0] == 0
    assert dry[2] == "Dry run: nothing was changed.\n"
    assert everything() == before
    assert run("import", str(file)) == (0, dry[1], "")
    assert Store.objects.count() == 3


def test_a_refused_file_changes_nothing_and_every_line_is_on_stderr(file):
    file.write_text(STORE + "    posting: {mod: x}\n  - slug: nz\n")
    code, out, err = run("import", str(file))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "stores[0].posting.mod: unknown key",
        *(
            f"stores[1].{key}: required"
            for key in ("platform", "url", "organisation", "base_currency", "timezone")
        ),
    ]
    assert Store.objects.count() == 0


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    path = tmp_path / "none.yaml"
    assert run("import", str(path)) == (1, "", f"{path}: No such file or directory\n")
    assert run("export", str(path / "x")) == (1, "", f"{path / 'x'}: No such file or directory\n")


def test_export_replaces_the_file_in_one_step_and_goes_to_stdout(file):
    apply(STORE)
    file.write_text("old")
    os.chmod(file, 0o640)
    assert run("export", str(file)) == (0, f"written to {file}\n", "")
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert run("export", "-") == (0, file.read_text(), "")
    assert run("import", str(file))[1].startswith("no changes\n")


def test_an_empty_database_is_exported_and_read_back():
    assert apply(exported()).changes == ()


def test_stores_that_the_file_does_not_name_stay_and_are_named():
    apply(STORE + "    name: Old name\n")
    report = apply("version: 1\nstores: []\n")
    assert report.lines == ["no changes", "store au: not in the file, left as it is"]
    assert Store.objects.get().name == "Old name"


def test_an_absent_app_stays():
    apply("version: 1\nxero: {client_id: a, client_secret: b}\nretries: {attempts: 3}\n")
    assert apply("version: 1\n").changes == ()
    assert apply("version: 1\nretries: {}\n").changes == ("retries.attempts: 3 → 12",)
    assert XeroApp.objects.get().client_id == "a"


def test_secrets_are_removed_only_by_null():
    apply(STORE + "    webhook_secret: hook\n")
    assert apply(STORE).changes == ()
    report = apply(STORE + "    webhook_secret: null\n")
    assert report.changes == ("stores.au.webhook_secret: removed",)
    assert Store.objects.get().webhook_secret == ""


def test_another_app_tells_to_connect_again():
    apply("version: 1\nxero: {client_id: a, client_secret: b}\n")
    TokenSet.objects.create(app=XeroApp.objects.get())
    report = apply("version: 1\nxero: {client_id: c, client_secret: b}\n")
    assert report.lines == [
        "xero.client_id: changed",
        "xero.client_id: organisations that were connected through the app before must be "
        "connected again",
    ]


def test_two_stores_may_swap_their_prefixes(demo):
    def both(first: str, second: str) -> str:
        other = STORE.partition("stores:\n")[2].replace("slug: au", "slug: nz")
        return f"{STORE}    number_prefix: {first}\n{other}    number_prefix: {second}\n"

    apply(both("A-", "B-"))
    assert apply(both("B-", "A-")).changes == (
        "stores.au.number_prefix: A- → B-", "stores.nz.number_prefix: B- → A-",
    )  # fmt: skip
    assert dict(Store.objects.values_list("slug", "number_prefix")) == {"au": "B-", "nz": "A-"}
    assert apply(both("B-", "A-")).changes == ()


def test_an_unknown_organisation_is_stored_reported_and_linked_once_known():
    report = apply(STORE)
    assert report.notices == (
        'stores.au.organisation: no organisation "Demo" is connected; the store is linked once it '
        "is",
    )
    assert link_organisations() == []
    demo = Organisation.objects.create(tenant_id="t-1", name="demo")
    assert link_organisations() == ["stores.au.organisation: linked to demo"]
    assert Store.objects.get().organisation == demo
    assert link_organisations() == []
    demo.name = "Renamed"
    demo.save()
    assert apply(STORE).changes == ()
    assert Store.objects.get().organisation == demo


def test_linking_refuses_a_prefix_twice_and_a_name_that_means_two():
    other = STORE.partition("stores:\n")[2].replace("slug: au", "slug: nz")
    by_id = other.replace("organisation: Demo", "organisation: t-1") + "    number_prefix: AU-\n"
    apply(STORE + by_id)
    Organisation.objects.create(tenant_id="t-1", name="Demo")
    assert link_organisations() == [
        "stores.au.organisation: linked to Demo",
        "stores.nz.organisation: not linked to Demo: another store there has the number prefix "
        '"AU-"',
    ]
    Store.objects.update(organisation=None)
    Organisation.objects.create(tenant_id="t-2", name="Demo")
    assert link_organisations()[0] == (
        'stores.au.organisation: 2 organisations are called "Demo", give the id in the '
        "configuration"
    )


def test_a_store_that_moves_to_another_organisation_loses_its_confirmation(demo):
    apply(STORE)
    Store.objects.update(sandbox_confirmed=True)
    apply(STORE)
    assert Store.objects.get().sandbox_confirmed is True
    other = Organisation.objects.create(tenant_id="t-2", name="Other")
    report = apply(STORE.replace("organisation: Demo", "organisation: Other"))
    assert report.changes == (
        "stores.au.organisation: Demo → Other", "stores.au.organisation: linked to Other",
    )  # fmt: skip
    store = Store.objects.get()
    assert (store.organisation, store.sandbox_confirmed) == (other, False)


def test_the_platform_of_a_store_without_records_may_change():
    apply(STORE + "    credentials: {bearer: a}\n")
    report = apply(STORE.replace("magento", "cscart"))
    assert report.changes[0] == "stores.au.credentials: removed, they were for magento"
    assert Store.objects.get().credentials == {}
    SourceRecord.objects.create(
        store=Store.objects.get(), stream="orders", source_id="1", digest="d", body="{}"
    )
    assert refused(STORE)[0].startswith("stores[0].platform: cannot change from cscart")


def test_held_orders_are_looked_at_again_after_a_change():
    apply(STORE)
    store = Store.objects.get()
    record = SourceRecord.objects.create(
        store=store, stream="orders", source_id="1", digest="d", body="{}"
    )
    row = TrackedOrder.objects.create(
        store=store, source_id="1", number="1", record=record, label=TrackedOrder.Label.HELD
    )
    assert "looked at again" not in "".join(apply(STORE).lines)
    report = apply(STORE + "    payment_accounts: {stripe: '090'}\n")
    assert "store au: 1 held order is looked at again" in report.notices
    row.refresh_from_db()
    assert row.build_at is not None


def test_settings_of_later_versions_are_reported_only_where_they_are_set(settings):
    unread = {"cscart": "stores.adapters.cscart.profile.PROFILE"}
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | unread
    apply(STORE)
    assert "not active" not in "".join(apply(STORE).lines)
    notices = apply(EXAMPLE, SECRETS).notices
    assert "alerts: kept, but not active yet" in notices
    assert not [line for line in notices if "nz-main.posting.mode" in line]
    assert not [line for line in notices if "approve" in line]
    assert "stores.bare.platform: cscart is kept, but not active yet" in notices
    assert not [line for line in notices if "nz-main.posting.due_days" in line]


@pytest.fixture
def books(demo) -> Organisation:
    """An organisation whose accounts and tax rates have been read."""
    from connector.lib import clock

    demo.reference_refreshed_at = clock.now()
    demo.base_currency, demo.country = "EUR", "AU"
    demo.save()
    for code, kind, account_class, more in (
        ("200", "REVENUE", "REVENUE", {}),
        ("404", "EXPENSE", "EXPENSE", {}),
        ("610", "CURRENT", "ASSET", {"system_account": "DEBTORS"}),
        ("090", "BANK", "ASSET", {}),
        ("299", "REVENUE", "REVENUE", {"status": "ARCHIVED"}),
    ):
        Account.objects.create(
            organisation=demo, account_id=f"id-{code}", code=code, name=f"Account {code}",
            type=kind, account_class=account_class, **({"status": "ACTIVE"} | more),
        )  # fmt: skip
    for tax_type, rate, classes in (
        ("OUTPUT", "10", ["REVENUE"]), ("INPUT", "10", ["EXPENSE"]), ("OSS", "19", ["REVENUE"]),
    ):  # fmt: skip
        TaxRate.objects.create(
            organisation=demo, tax_type=tax_type, name=tax_type, effective_rate_text=rate,
            status="ACTIVE", applies_to=classes,
        )  # fmt: skip
    return demo


def test_what_does_not_fit_the_organisation_is_reported_and_not_refused(books):
    report = apply(
        STORE
        + """\
    country: AU
    accounts: {sales: "200", shipping: "299", discounts: "404", other_income: "610",
               rounding: "999"}
    payment_accounts: {stripe: {AUD: "090", EUR: "200"}}
    tax:
      none: INPUT
      rules:
        - {rate: 10, tax_type: OUTPUT}
        - {country: DE, rate: 19, tax_type: OUTPUT}
        - {country: FR, rate: 20, tax_type: OSS, as_charged: true}
        - {country: export, rate: 0, tax_type: NOSUCH}
    products: [{sku: a, tax_type: INPUT, sales_account: "404"}]
"""
    )
    assert report.changes == ("store au: created",)
    beginnings = [
        "accounts.shipping: Account 299 Account 299 is archived in Xero.",
        "accounts.discounts: Discounts are negative sales: account 404 Account 404 must be of ",
        "accounts.other_income: Account 610 Account 610 is one of Xero's system accounts",
        "accounts.rounding: Demo has no account 999.",
        "payment_accounts.stripe.EUR: Account 200 Account 200 takes no payments. Enable ",
        "tax.none: Xero does not allow tax type INPUT with account 200 Account 200",
        "tax.rules[1].rate: tax type OUTPUT is 10 % in Xero, so sales at 19 % are held ",
        "tax.rules[3].tax_type: Demo has no active tax type NOSUCH.",
        "tax.rules[1].tax_type: OUTPUT is also the type of sales at home; tax of DE needs a type ",
        "base_currency: the shop's is AUD, that of the books EUR: ",
    ]
    assert len(report.notices) == len(beginnings)
    for notice, beginning in zip(report.notices, beginnings, strict=True):
        assert notice.startswith(f"stores.au.{beginning}")


_due = st.one_of(
    st.integers(0, 3650).map(str),
    st.just("contact"),
    st.fixed_dictionaries({"day": st.integers(1, 31).map(str), "of": st.just("next_month")}),
    st.fixed_dictionaries({"days": st.integers(0, 99).map(str), "from": st.just("end_of_month")}),
)
_rules = st.fixed_dictionaries(
    {},
    optional={
        "contacts": st.fixed_dictionaries({}, optional={"account_number": st.booleans()}),
        "rules": st.lists(
            st.fixed_dictionaries({"when": st.just({"country": "AU"}), "due_days": _due}),
            max_size=2,
        ),
        "posting": st.fixed_dictionaries(
            {}, optional={
                "status": st.sampled_from(["DRAFT", "SUBMITTED", "AUTHORISED"]),
                "due_days": _due,
                "number": st.sampled_from(["order", "invoice"]),
                "delivery_address": st.sampled_from(["contact", "lines"]),
                "reference": st.sampled_from(
                    ["{order_number}", "Web: {email} #", "yes", "{invoice_number}"]
                ),
                "send_to_contact": st.booleans(),
            },
        ),
        "name": st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
        "statuses": st.fixed_dictionaries(
            {}, optional={"invoice": st.lists(st.sampled_from(["on", "*", "01", "null"]))}
        ),
        "accounts": st.dictionaries(
            st.sampled_from(["sales", "shipping", "rewards"]), st.sampled_from(["090", "1e3", "~"])
        ),
        "payment_accounts": st.dictionaries(
            st.sampled_from(["*", "off", "a: b", "#x"]),
            st.sampled_from(["0x1", {"AUD": "1", "*": "2"}]),
        ),
        "tax": st.fixed_dictionaries(
            {"rules": st.lists(st.fixed_dictionaries(
                {"tax_type": st.sampled_from(["OUTPUT", "NO"])}, optional={
                    "country": st.sampled_from(["NO", ["DE", "FR"], ["*"], "EU"]),
                    "rate": st.decimals(0, 99, places=3).map(str),
                    "vat_number": st.booleans(),
                    "class": st.sampled_from(["9", "no"]),
                    "as_charged": st.booleans(),
                }), max_size=4)},
            optional={"prices_include_tax": st.sampled_from(["auto", True, False])},
        ),
        "lookups": st.dictionaries(
            st.sampled_from(["region", "yes"]), st.dictionaries(st.just("NO"), st.just("false"))
        ),
    },
)  # fmt: skip


@given(_rules)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_configuration_survives_export_and_import(rules):
    from connector.configuration.yaml_writer import written

    store = {
        "slug": "au", "platform": "magento", "url": "https://shop.example.com",
        "organisation": "Demo", "base_currency": "AUD", "timezone": "Australia/Sydney",
    }  # fmt: skip
    apply(written({"version": "1", "stores": [store | rules]}))
    before, text = everything(), exported()
    assert apply(text).changes == ()
    assert everything() == before
    assert exported() == text


def test_sections_that_a_file_lacks_stay_as_they_are() -> None:
    whole = (
        "version: 1\nalerts: [{email: books@example.com, severity: warning}]\n"
        "logging: {retention_days: 7}\nretries: {attempts: 5}\nstores: []\n"
    )
    apply(whole)
    before = exported()

    assert apply("version: 1\nstores: []\n").changes == ()
    assert exported() == before
    assert apply("version: 1\nretries: {attempts: 6}\n").changes == ("retries.attempts: 5 → 6",)
    assert "retention_days: 7" in exported()
    # Named and without a value, a setting is its default; an empty list is empty.
    apply("version: 1\nalerts: []\nlogging: {}\n")
    assert "alerts" not in exported()
    assert "retention_days: 30" in exported()


def test_detailed_logs_are_said_to_be_kept_and_not_active() -> None:
    notices = apply("version: 1\nlogging: {debug: true}\n").notices

    assert "logging.debug: true is kept, but not active yet" in notices


@pytest.mark.parametrize(
    ("url", "credentials", "warned"),
    [
        ("http://shop.example.com", "{bearer: T0ken}", True),
        ("https://shop.example.com", "{bearer: T0ken}", False),
        ("http://127.0.0.1:8080", "{bearer: T0ken}", False),
        ("http://shop.example.com",
         "{consumer_key: a, consumer_secret: b, access_token: c, access_token_secret: d}", False),
    ],
)  # fmt: skip
def test_a_token_that_travels_unencrypted_is_said(url: str, credentials: str, warned: bool) -> None:
    text = STORE.replace("https://shop.example.com", url) + f"    credentials: {credentials}\n"
    for _ in range(2):
        notices = [line for line in apply(text).notices if line.startswith("stores.au.url: ")]
        assert (len(notices), "T0ken" in str(notices)) == (int(warned), False)
    said = [str(one) for one in examine() if "http://" in one.text]
    assert len(said) == int(warned)
