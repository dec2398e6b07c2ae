"""Every key of the file is edited somewhere, and comes back from a file as it was edited."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts_mapping.models import Draft, MappingVersion
from accounts_mapping.rules.schema import ACCOUNT_KEYS
from accounts_mapping.sections.paths import depths, name_of, subjects
from accounts_mapping.sections.section import SECRETS
from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.versions.document import ARCHIVED, IDENTITY, SWITCH
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit, edit_many
from connector.configuration.versions.publish import publish
from docs.meanings import MEANINGS
from stores.models import Store
from sync.models import Preferences
from tests.connector.test_configuration_reading import EXAMPLE, STORE
from tests.connector.test_configuration_reading import SECRETS as VALUES

pytestmark = pytest.mark.django_db

# Keys that no draft has, each with the reason and where else it is set.
NOT_DRAFTED = {
    "version": "the form of the file itself",
    "xero": "of the installation: the Xero page",
    "alerts": "of the installation: its settings page",
    "logging": "of the installation: likewise",
    "retries": "of the installation: likewise",
    "stores[].slug": "who the store is: given once, when it is made",
    "stores[].platform": "who the store is: its records are in the platform's form",
    "stores[].credentials": "a secret: the store's page, by publish.change(secrets=…)",
    "stores[].webhook_secret": "a secret: likewise",
    "stores[].archived": "a switch: the store's page, by versions.archiving",
    "stores[].enabled": "a switch: the store's page, by Store.switch",
}
# A value other than the default for each subject, or for each entry of what is a mapping. What is
# typed is text; a value that stands for another kind of setting says so by itself.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text and "{" not in text and "}" not in text)  # fmt: skip
NUMBER = st.decimals("0.0001", "99.9999", places=4).map(lambda one: str(one.normalize()))
FLAG = st.booleans()
ZONES = st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/New_York"])
SCHEDULES = st.sampled_from(["5m", "hourly", "daily", "weekly", "0 4 * * *", "30 2 * * 1-5"])
TEMPLATES = st.sampled_from(["{order_number}", "Web {store_view}", "{lookup:region:state} x"])
LIST = st.lists(TEXT, max_size=3)
DUE = st.one_of(
    st.integers(0, 90).map(str),
    st.just({"day": "20", "of": "next_month"}),
    st.just({"days": "14", "from": "end_of_month"}),
    st.just("contact"),
)
RATES = st.sampled_from(["0", "8.25", "10", "19.5"])


def of(*choices):
    return st.sampled_from(choices)


def entry(**keys):
    """A mapping with some of these keys."""
    return st.fixed_dictionaries({}, optional=keys)


WHEN = entry(
    category=st.one_of(TEXT, st.lists(TEXT, min_size=2, max_size=3)), sku=TEXT, country=TEXT,
    total_over=NUMBER, vat_number=FLAG, vendor=TEXT, coupon=TEXT,
).filter(bool)  # fmt: skip
RULE = st.builds(
    lambda when, does: {"when": when, **does},
    WHEN,
    entry(
        account=TEXT, tax_type=TEXT, tracking=st.just({"Store": "x"}), due_days=DUE,
        contact=TEMPLATES, item=FLAG, approve=FLAG, hold=TEXT,
    ).filter(bool),
)  # fmt: skip
TAX_RULE = st.one_of(
    st.builds(
        lambda where, what: {**where, "tax_type": what},
        entry(
            country=st.one_of(of("DE", "EU", "*", "export"), st.just(["FR", "ES"])), state=TEXT,
            rate=RATES, name=TEXT, vat_number=FLAG, as_charged=FLAG, **{"class": TEXT},
        ),
        TEXT,
    ),
    st.builds(lambda name, to: {"name": name, "as": "line", "account": to}, TEXT, TEXT),
)  # fmt: skip
PRODUCT = st.builds(
    lambda sku, rest: {"sku": sku, **rest},
    TEXT,
    entry(sales_account=TEXT, purchase_account=TEXT, tax_type=TEXT),
)
ROW = st.one_of(
    of("discount", "gift_card", "store_credit", "ignore"),
    st.builds(lambda to, rest: {"account": to, **rest}, TEXT, entry(tax_type=TEXT)),
    st.builds(lambda to, kind: {"account": to, "class": kind}, TEXT, TEXT),
)
PAID_INTO = st.one_of(
    TEXT, st.just("none"), st.dictionaries(of("AUD", "EUR", "*"), TEXT, min_size=1)
)

VALUES_OF = {
    "posting.mode": of("daily_summary"), "posting.status": of("DRAFT", "SUBMITTED"),
    "posting.date": of("paid", "shipped"), "posting.due_days": DUE,
    "posting.zero_orders": of("post"), "posting.locked_period": of("next_open_day"),
    "posting.currency_not_enabled": of("convert"),
    "posting.rounding": of("tax_override", "rounding_line"), "posting.discounts": of("folded"),
    "posting.cancel": of("credit_note"), "posting.edits": of("ignore"),
    "posting.reference": TEMPLATES, "posting.settle_delay": of("15m", "2h"),
    "posting.summary_after": of("02:30", "23:00"), "posting.tracking_options": of("skip", "hold"),
    "posting.branding_theme": TEXT, "posting.send_to_contact": FLAG,
    "posting.number": of("invoice"),
    "posting.delivery_address": of("lines"), "posting.history_notes": of("all", "off"),
    "statuses.invoice": LIST, "statuses.reverse": LIST, "statuses.refunded": LIST,
    "statuses.paid": LIST, "statuses.on_paid": TEXT,
    "contacts.strategy": of("single", "per_company"), "contacts.guests": of("one_contact"),
    "contacts.unique": of("customer_id", "name"), "contacts.name": TEMPLATES,
    "contacts.guest": TEMPLATES, "contacts.summary": TEMPLATES, "contacts.archived": of("suffix"),
    "contacts.account_number": FLAG, "items.tracked": FLAG, "items.oversell": of("hold"),
    "refunds.adjustment_tax": of("none"), "refunds.restock": of("always", "never"),
    "refunds.before_cut_over": of("standalone"), "refunds.return_actions": LIST,
    "refunds.lowered_total": of("refunded"), "gift_cards.voucher": of("single"),
    "gift_cards.unknown": of("liability", "discount", "expense"),
    "gift_cards.opening_balance": NUMBER, "payment_accounts": PAID_INTO,
    "tax.prices_include_tax": of(True, False, "auto"), "tax.none": TEXT, "tax.out_of_scope": TEXT,
    "tax.default": TEXT, "tax.rates": RATES,
    "tax.sales_tax": st.just({"as": "line", "account": "825"}),
    "tax.rules": st.lists(TAX_RULE, max_size=4), "total_rows": ROW,
    "products": st.lists(PRODUCT, max_size=4), "lookups": TEXT, "rules": st.lists(RULE, max_size=3),
    "tracking": TEMPLATES, "url": of("https://a.example.com", "http://b.example.com:8080/sub"),
    "organisation": TEXT, "base_currency": of("EUR", "JPY"), "timezone": ZONES, "name": TEXT,
    "environment": of("sandbox"), "country": of("DE", "NZ"), "shop_timezone": ZONES,
    "number_prefix": of("X-", "S1-"), "cut_over": of("2026-01-01", "2027-02-28"),
    "only.websites": LIST, "only.store_views": LIST, "only.stores": LIST,
    "streams.invoices": FLAG, "streams.payments": FLAG, "streams.credit_notes": FLAG,
    "streams.customers": of(True, False, "both"), "streams.products": FLAG,
    "streams.stock": of("to_store", "to_xero", "master"), "schedule.orders": SCHEDULES,
    "schedule.refunds": SCHEDULES, "schedule.customers": SCHEDULES, "schedule.products": SCHEDULES,
    "schedule.stock": SCHEDULES,
    "fields.customers": st.lists(of("name", "email", "phone"), max_size=2, unique=True),
    "fields.orders": st.lists(of("note", "coupon", "po_number"), max_size=3, unique=True),
    "fields.products": st.lists(of("name", "price"), max_size=2, unique=True),
    "write_back.comment": FLAG,
    **{f"accounts.{key}": TEXT for key in ACCOUNT_KEYS},
}  # fmt: skip
EDITED = {
    path: levels
    for path, levels in depths().items()
    if path[0] not in (*IDENTITY, SWITCH, ARCHIVED)
}


@st.composite
def edits(draw):
    """A value for some of the subjects, and for entries of mappings."""
    chosen = draw(st.lists(st.sampled_from(sorted(EDITED)), min_size=1, max_size=12, unique=True))
    found = {}
    for path in chosen:
        levels = EDITED[path]
        most = 1 if path == ("tracking",) else 3  # two categories at most, with a rule's
        for keys in draw(st.sets(st.tuples(*[TEXT] * levels), min_size=1, max_size=most)):
            found[path + keys] = draw(VALUES_OF[name_of(path)])
    return found


def imported(text: str, values: dict[str, str] | None = None) -> None:
    import_configuration(text, lookup=(values or {}).get)


def start_over() -> None:
    for model in (Draft, MappingVersion, Store, Preferences):
        model.objects.all().delete()


def test_every_key_of_the_file_is_a_subject_or_says_why_it_is_none():
    """Keys inside a list or an entry are edited with it."""
    prefix = "stores[]."
    open_keys = {f"{prefix}{name_of(path)}" for path in EDITED}
    left = []
    for key in MEANINGS:
        excused = any(key == one or key.startswith((f"{one}.", f"{one}[")) for one in NOT_DRAFTED)
        inside = any(key == one or key.startswith((f"{one}.", f"{one}[")) for one in open_keys)
        above = any(one.startswith(f"{key}.") for one in open_keys)
        if not (excused or inside or above or key == "stores"):
            left.append(key)
        assert not (excused and (inside or above)), key
    assert left == []
    assert {name_of(path) for path in EDITED} == set(VALUES_OF)
    assert all(f"{prefix}{key}" in NOT_DRAFTED for key in (*SECRETS, *IDENTITY, SWITCH, ARCHIVED))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=edits())
def test_what_was_edited_survives_a_file_and_an_empty_database(made):
    start_over()
    imported(STORE)
    store = Store.objects.get()
    first, *others = made
    edit(store, first, made[first], author=None, seen=draft(store).seen(first))
    edit_many(store, {path: made[path] for path in others}, author=None, seen=None)
    now = draft(store)
    for path, value in made.items():
        if isinstance(value, bool):
            assert now.value(*path) is value
    if now.changes:
        publish(store, revision=now.revision, author=None)
    assert subjects(draft(store).live) == subjects(now.document)
    text = exported()
    start_over()
    imported(text)
    assert exported() == text
    assert MappingVersion.objects.get().section == now.document


def test_the_whole_of_the_example_is_edited_into_a_bare_store():
    """What the example sets in a file, a draft sets by its subjects, and the file is the same."""
    imported(EXAMPLE, VALUES)
    full = Store.objects.get(slug="nz-main")
    wanted = {
        path: value
        for path, value in subjects(draft(full).live).items()
        if path[0] not in (*IDENTITY, "number_prefix")
    }
    whole = exported().partition("- slug: nz-main")[2]
    text = whole.partition("\n- slug: bare")[0]
    full.delete()
    bare = EXAMPLE.split("  - slug: nz-main")[0] + (
        "  - slug: nz-main\n    platform: magento\n    url: https://x.example.org\n"
        "    organisation: x\n    base_currency: AUD\n    timezone: UTC\n    number_prefix: 'NZ-'\n"
        '    credentials: {consumer_key: "${NZ_KEY}", consumer_secret: "${NZ_SECRET}", '
        'access_token: "${NZ_TOKEN}", access_token_secret: "${NZ_TOKEN_SECRET}"}\n'
        '    webhook_secret: "${NZ_HOOK}"\n'
    )
    imported(bare, VALUES)
    store = Store.objects.get(slug="nz-main")
    edit_many(store, wanted, author=None, seen=None)
    publish(store, revision=draft(store).revision, author=None)
    assert exported().rpartition("- slug: nz-main")[2] == text
