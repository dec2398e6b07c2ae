"""The configuration file: its defaults, and what is refused in which words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from connector.configuration.known import Known, KnownAlert, KnownOrganisation, KnownStore
from connector.configuration.reading import FileRefused, decoded, read_configuration
from connector.configuration.yaml_text import MAX_BYTES

EXAMPLE = (Path(__file__).parent / "data" / "example.yaml").read_text(encoding="utf-8")
SECRETS = {
    name: f"value-of-{name.lower()}"
    for name in (
        "XERO_CLIENT_ID", "XERO_CLIENT_SECRET", "XERO_WEBHOOK_KEY", "NZ_KEY", "NZ_SECRET",
        "NZ_TOKEN", "NZ_TOKEN_SECRET", "NZ_HOOK", "CS_EMAIL", "CS_KEY",
    )
} | {"CHAT_URL": "slack://token-a/token-b"}  # fmt: skip

STORE = """\
version: 1
stores:
  - slug: au
    platform: magento
    url: https://shop.example.com
    organisation: Demo
    base_currency: AUD
    timezone: Australia/Sydney
"""


def read(text: str, environment: dict[str, str] | None = None, known: Known | None = None):
    return read_configuration(text, (environment or {}).get, known or Known())


def refused(text: str, environment: dict[str, str] | None = None, known: Known | None = None):
    with pytest.raises(FileRefused) as caught:
        read(text, environment, known)
    return caught.value.lines


def with_lines(*lines: str) -> str:
    return STORE + "".join(f"    {line}\n" for line in lines)


def test_every_default_is_the_documented_one():
    file = read(STORE)
    assert file.model_dump(mode="json", by_alias=True, exclude={"stores"}) == {
        "version": "1",
        "xero": None,
        "alerts": [],
        "logging": {"debug": False, "retention_days": 30},
        "retries": {"attempts": 12, "base": "30s", "cap": "6h"},
    }
    assert file.stores[0].model_dump(mode="json", by_alias=True) == {
        "slug": "au",
        "name": "au",
        "platform": "magento",
        "url": "https://shop.example.com",
        "credentials": {},
        "webhook_secret": None,
        "organisation": "Demo",
        "environment": "production",
        "base_currency": "AUD",
        "country": None,
        "timezone": "Australia/Sydney",
        "shop_timezone": "UTC",
        "number_prefix": "AU-",
        "cut_over": None,
        "enabled": True,
        "archived": False,
        "only": {"websites": [], "store_views": [], "stores": []},
        "streams": {
            "invoices": True, "payments": True, "credit_notes": True, "customers": True,
            "products": False, "stock": "off",
        },
        "schedule": {
            "orders": "5m", "refunds": "5m", "customers": "daily", "products": "daily",
            "stock": "hourly",
        },
        "fields": {
            "customers": ["name", "email", "phone", "address", "company", "tax_number"],
            "orders": [],
            "products": ["name", "description", "price"],
        },
        "write_back": {"comment": False},
        "posting": {
            "mode": "per_order", "status": "AUTHORISED", "date": "ordered", "due_days": "0",
            "zero_orders": "skip", "locked_period": "hold", "currency_not_enabled": "hold",
            "rounding": "auto", "discounts": "separate", "cancel": "void", "edits": "update",
            "reference": "{order_number}", "settle_delay": "0m", "summary_after": "03:00",
            "tracking_options": "create", "branding_theme": None, "send_to_contact": False,
            "history_notes": "deviations", "number": "order", "delivery_address": "contact",
        },
        "statuses": {
            "invoice": ["processing", "complete"], "reverse": ["canceled"], "refunded": [],
            "paid": ["processing", "complete"], "on_paid": None,
        },
        "contacts": {
            "strategy": "per_customer", "guests": "by_email", "unique": "email",
            "name": "{first_name} {last_name}", "guest": "Web sales", "summary": "Web sales",
            "archived": "restore", "account_number": False,
        },
        "items": {"tracked": False, "oversell": "post_untracked"},
        "refunds": {
            "adjustment_tax": "as_goods", "restock": "as_store", "before_cut_over": "hold",
            "return_actions": [], "lowered_total": "open",
        },
        "gift_cards": {"voucher": "multi", "unknown": "hold", "opening_balance": "0"},
        "accounts": dict.fromkeys([
            "sales", "shipping", "discounts", "other_income", "rounding", "gift_cards",
            "store_credit", "refund_adjustments", "inventory", "cogs", "purchases", "fixed_tax",
            "gift_card_expense", "rewards", "stock_adjustment",
        ]),
        "payment_accounts": {},
        "tax": {
            "prices_include_tax": "auto", "none": None, "out_of_scope": None, "default": None,
            "rates": {}, "sales_tax": None, "rules": [],
        },
        "total_rows": {},
        "products": [],
        "lookups": {},
        "rules": [],
        "tracking": {},
    }  # fmt: skip


def test_the_defaults_of_a_xero_section_and_of_an_alert():
    file = read("version: 1\nxero: {}\nalerts: [{email: a@example.com}]\n")
    assert file.xero.model_dump() == {
        "mode": "code", "client_id": None, "client_secret": None, "daily_call_limit": 1000,
        "live_reserve": "20%", "webhook_key": None,
    }  # fmt: skip
    assert file.alerts[0].severity == "error"


def test_a_whole_file_is_read():
    file = read(EXAMPLE, SECRETS)
    nz, bare = file.stores
    assert nz.credentials["consumer_key"] == "value-of-nz_key"
    assert (nz.accounts.sales, nz.accounts.shipping, nz.accounts.rounding) == (
        "0200", "0202", "1e3",
    )  # fmt: skip
    assert nz.payment_accounts == {
        "checkmo": "090", "braintree": {"NZD": "091", "*": "092"}, "*": "0x1F",
    }  # fmt: skip
    assert nz.tax.rates["OSS19"] == Decimal("19.0")
    assert nz.tax.rules[1].country == ("DE", "NO")
    assert nz.products[0].sku == "off"
    assert nz.lookups == {"region": {"NO": "North", "yes": "West"}}
    assert nz.rules[1].when.total_under == Decimal("20.50")
    assert nz.rules[1].when.vat_number is False
    assert bare.credentials == {"email": "value-of-cs_email", "api_key": "prefix-value-of-cs_key"}
    assert bare.number_prefix == "BARE-"
    assert bare.url == "http://shop.example.com:8080/sub"
    assert file.alerts[1].url == "slack://token-a/token-b"


def test_partial_statuses_keep_the_other_defaults_of_magento():
    statuses = read(with_lines("statuses: {invoice: [paid], on_paid: done}")).stores[0].statuses
    assert statuses.invoice == ("paid",)
    assert statuses.reverse == ("canceled",)
    assert statuses.paid == ("processing", "complete")
    assert statuses.on_paid == "done"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("shopify", ", not 'shopify'"),
        ("Magento", ", not 'Magento'"),
        ("null", ", not null"),
        ("true", ", not true"),
        ("[magento]", ""),
    ],
)
def test_a_platform_that_is_not_known_is_refused_with_those_that_are(written, shown):
    assert refused(STORE.replace("magento", written)) == [
        f"stores[0].platform: must be magento, opencart or cscart{shown}"
    ]


def test_without_a_platform_it_is_asked_for():
    assert refused(STORE.replace("    platform: magento\n", "")) == ["stores[0].platform: required"]


def test_the_platforms_are_those_of_the_settings(settings):
    settings.STORE_ADAPTERS = {"magento": "stores.adapters.magento.adapter.MagentoAdapter"}
    assert refused(STORE.replace("magento", "cscart")) == [
        "stores[0].platform: must be magento, not 'cscart'"
    ]
    settings.STORE_ADAPTERS = {}
    assert refused(STORE)[0].startswith("stores[0].platform: must be a platform of this")


@pytest.mark.parametrize("platform", ["opencart", "cscart"])
def test_other_platforms_have_no_statuses(platform):
    statuses = read(STORE.replace("magento", platform)).stores[0].statuses
    assert (statuses.invoice, statuses.reverse, statuses.paid) == ((), (), ())


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("postng: {}", "stores[0].postng: unknown key"),
        ("posting: {mod: x}", "stores[0].posting.mod: unknown key"),
        (
            "posting: {mode: weekly}",
            "stores[0].posting.mode: must be per_order or daily_summary, not 'weekly'",
        ),
        ("posting: on", "stores[0].posting: must be a mapping, not 'on'"),
        (
            "posting: {due_days: -1}",
            "stores[0].posting.due_days: must be a whole number of days from 0 to 3650, not '-1'",
        ),
        (
            "posting: {reference: '{ordernumber}'}",
            "stores[0].posting.reference: unknown placeholder {ordernumber}, not '{ordernumber}'",
        ),
        (
            "posting: {settle_delay: 5 minutes}",
            "stores[0].posting.settle_delay: must be a duration such as 30s, 5m, 6h or 2d, "
            "not '5 minutes'",
        ),
        ("enabled: yes", "stores[0].enabled: must be true or false, not 'yes'"),
        ('enabled: "true"', "stores[0].enabled: must be true or false, not 'true'"),
        ("enabled: 1", "stores[0].enabled: must be true or false, not '1'"),
        (
            "streams: {customers: maybe}",
            "stores[0].streams.customers: must be true, false or both, not 'maybe'",
        ),
        (
            "streams: {stock: off, products: no}",
            "stores[0].streams.products: must be true or false, not 'no'",
        ),
        (
            "cut_over: 01.02.2026",
            "stores[0].cut_over: must be a date such as 2026-01-31, not '01.02.2026'",
        ),
        ("cut_over: 2026-02-30", "stores[0].cut_over: must be a date such as 2026-01-31, not "
                                 "'2026-02-30'"),
        ("country: UKK",
         "stores[0].country: must be an ISO 3166 alpha-2 code such as AU, not 'UKK'"),
        ("shop_timezone: Sydney", "stores[0].shop_timezone: must be a time zone such as "
                                  "Australia/Sydney, not 'Sydney'"),
        ("number_prefix: ''", "stores[0].number_prefix: must be 1 to 20 visible ASCII characters, "
                              "such as S1-, not ''"),
        ("name: ''", "stores[0].name: must not be empty"),
        ("statuses: {invoice: processing}", "stores[0].statuses.invoice: must be a list, not "
                                            "'processing'"),
        ("accounts: {sales: ''}", "stores[0].accounts.sales: must be a text that is not empty, "
                                  "not ''"),
        ("accounts: {sale: 200}", "stores[0].accounts.sale: unknown key"),
        ("payment_accounts: {stripe: [1]}",
         "stores[0].payment_accounts.stripe: must be an account, or accounts by currency"),
        ("tax: {rules: [{rate: ten, tax_type: X}]}",
         "stores[0].tax.rules[0].rate: must be a number such as 8.25 (not a number), not 'ten'"),
        ("tax: {rules: [{rate: 10}]}", "stores[0].tax.rules[0]: needs a `tax_type`, or `as: line` "
                                       "with an `account`"),
        ("tax: {rules: [{class_: 9, tax_type: X}]}", "stores[0].tax.rules[0].class_: unknown key"),
        ("tax: {rules: [{country: europe, tax_type: X}]}",
         'stores[0].tax.rules[0].country: must be alpha-2 codes, "EU", "export" or "*", not '
         "'europe'"),
        ("tax: {prices_include_tax: maybe}", "stores[0].tax.prices_include_tax: must be auto, true "
                                             "or false, not 'maybe'"),
        ("tax: {sales_tax: {as: line}}", "stores[0].tax.sales_tax.account: required"),
        ("total_rows: {fee: {acount: 1}}", "stores[0].total_rows.fee.account: required"),
        ("total_rows: {fee: tip}", "stores[0].total_rows.fee: must be {account: …} or one of "
                                   "discount, gift_card, store_credit, ignore, not 'tip'"),
        ("rules: [{account: 1}]", "stores[0].rules[0].when: required"),
        ("rules: [{when: {}, account: 1}]",
         "stores[0].rules[0].when: needs at least one condition"),
        ("rules: [{when: {skuu: x}, account: 1}]", "stores[0].rules[0].when.skuu: unknown key"),
        ("schedule: {orders: sometimes}", "stores[0].schedule.orders: must be a duration (5m), "
                                          "hourly, daily, weekly, a time of day (daily 03:30) or a "
                                          "cron line (30 3 * * 1-5), not 'sometimes'"),
        ("schedule: {stock: daily 24:00}", "stores[0].schedule.stock: must be a duration (5m), "
                                           "hourly, daily, weekly, a time of day (daily 03:30) or "
                                           "a cron line (30 3 * * 1-5), not 'daily 24:00'"),
        ("gift_cards: {opening_balance: -5}", "stores[0].gift_cards.opening_balance: must not be "
                                              "negative, not '-5'"),
        ("fields: {orders: [notes]}", "stores[0].fields.orders[0]: must be note, coupon or "
                                      "po_number, not 'notes'"),
        ("lookups: {region: {NSW: ''}}", "stores[0].lookups.region.NSW: must not be empty"),
        ("credentials: {bearer: x, token: y}", "stores[0].credentials.token: unknown key"),
        ("credentials: {consumer_key: x, consumer_secret: y, access_token: z}",
         "stores[0].credentials.access_token_secret: required"),
        ("credentials: {bearer: x, consumer_key: y}",
         "stores[0].credentials: must be {consumer_key, consumer_secret, access_token, "
         "access_token_secret} or {bearer} for magento, one of them only"),
        ("tracking: {A: a, B: b, C: c}", "stores[0].tracking: Xero has at most two tracking "
                                         "categories, these are 3: A, B, C"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_line_with_its_path(line, fault):
    assert fault in refused(with_lines(line))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["file: must be a mapping"]),
        ("- a\n", ["file: must be a mapping"]),
        ("stores: []\n", ["version: required"]),
        ("version: 2\n", ["version: must be 1, not '2'"]),
        ("version: 1\nstore: []\n", ["store: unknown key"]),
        ("version: 1\nstores: au\n", ["stores: must be a list, not 'au'"]),
        ("version: 1\nstores: [au]\n", ["stores[0]: must be a mapping, not 'au'"]),
        (
            "version: 1\nstores: [{}]\n",
            [
                f"stores[0].{key}: required"
                for key in ("slug", "platform", "url", "organisation", "base_currency", "timezone")
            ],
        ),
        ("version: 1\nalerts: [{severity: info}]\n", ["alerts[0]: needs either `email` or `url`"]),
        (
            "version: 1\nalerts: [{email: books, severity: fatal}]\n",
            [
                "alerts[0].email: must be an e-mail address",
                "alerts[0].severity: must be info, warning or error",
            ],
        ),
        (
            "version: 1\nxero: {live_reserve: 20, daily_call_limit: 0, secret: x}\n",
            [
                "xero.daily_call_limit: must be a whole number from 1 to 1000000, not '0'",
                "xero.live_reserve: must be a percentage such as \"20%\", not '20'",
                "xero.secret: unknown key",
            ],
        ),
        (
            "version: 1\nretries: {attempts: many, cap: 1w}\nlogging: {debug: on}\n",
            [
                "logging.debug: must be true or false, not 'on'",
                "retries.attempts: must be a whole number of at least 1, not 'many'",
                "retries.cap: must be a duration such as 30s, 5m, 6h or 2d, not '1w'",
            ],
        ),
        ("version: 1\nversion: 1\n", ["version: given twice, again on line 2"]),
        (
            "version: [1\n",
            [
                "line 2, column 1: while parsing a flow sequence, expected ',' or ']', "
                "but got '<stream end>'"
            ],
        ),
    ],
)
def test_a_file_is_refused_in_exactly_these_lines(text, lines):
    assert refused(text) == lines


def test_all_faults_are_told_at_once():
    text = with_lines(
        "posting: {mod: x, mode: weekly}",
        "tracking: {A: a, B: b}",
        "rules: [{when: {sku: x}, tracking: {C: c}}]",
        "credentials: {bearer: '${TOKEN}'}",
        "name: '${NAME} shop'",
        "enabled: ~",
    )
    assert sorted(refused(text)) == sorted(
        [
            "stores[0].credentials.bearer: TOKEN is not set in the environment, and no value is "
            "stored",
            "stores[0].name: NAME is not set in the environment",
            "stores[0].tracking: Xero has at most two tracking categories, these are 3: A, B, C",
            "stores[0].posting.mode: must be per_order or daily_summary, not 'weekly'",
            "stores[0].posting.mod: unknown key",
            "stores[0].enabled: must be true or false, not null",
        ]
    )


def test_no_message_repeats_a_secret():
    text = with_lines("webhook_secret: [hush-1]", "credentials: {bearer: [hush-2]}").replace(
        "https://shop", "https://me:hush-3@shop"
    )
    text += "xero: {client_secret: {a: hush-4}, webhook_key: true}\nalerts: [{url: hush-5}]\n"
    lines = refused(text)
    assert len(lines) == 6
    assert "hush" not in "\n".join(lines)


def test_a_slug_twice_and_a_prefix_twice():
    second = STORE.partition("stores:\n")[2]
    assert refused(STORE + second) == ['stores[1].slug: "au" is already the slug of stores[0]']
    other = second.replace("slug: au", "slug: nz") + "    number_prefix: AU-\n"
    assert refused(STORE + other) == [
        'stores[1].number_prefix: "AU-" is already used by store au in the same organisation'
    ]
    assert read(STORE + other.replace("Demo", "Other")).stores[1].number_prefix == "AU-"


def test_a_webhook_secret_is_one_stores_only():
    second = STORE.partition("stores:\n")[2].replace("slug: au", "slug: nz")
    hook = "    webhook_secret: hush-hush\n"
    (line,) = refused(STORE + hook + second + hook)
    assert line.startswith("stores[1].webhook_secret: is also that of store au; ")
    assert "hush" not in line
    assert read(STORE + hook + second + hook.replace("hush-hush", "other"))
    stored = KnownStore("old", "magento", "OLD-", "Demo", webhook_secret="hush-hush")
    (line,) = refused(STORE + hook, known=Known(stores={"old": stored}))
    assert "store old" in line
    # One that the file leaves as it is counts as well.
    kept = KnownStore("nz", "magento", "NZ-", "Demo", webhook_secret="hush-hush")
    assert refused(STORE + hook + second, known=Known(stores={"nz": kept}))
    assert read(STORE + hook, known=Known(stores={"au": replace(stored, slug="au")}))


DEMO = KnownOrganisation("11111111-1111-1111-1111-111111111111", "Demo")


def test_a_prefix_of_a_stored_store_is_taken_also_by_another_name_of_the_organisation():
    stored = KnownStore("old", "magento", "AU-", DEMO.tenant_id, tenant_id=DEMO.tenant_id)
    known = Known(stores={"old": stored}, organisations=[DEMO])
    line = 'stores[0].number_prefix: "AU-" is already used by store old in the same organisation'
    assert refused(STORE, known=known) == [line]


def test_a_name_that_means_two_organisations_needs_the_id():
    twin = KnownOrganisation("22222222-2222-2222-2222-222222222222", "Demo")
    known = Known(organisations=[DEMO, twin])
    assert refused(STORE, known=known) == [
        'stores[0].organisation: 2 organisations are called "Demo", give the id: '
        f"{DEMO.tenant_id}, {twin.tenant_id}"
    ]
    by_id = STORE.replace("organisation: Demo", f"organisation: {twin.tenant_id.upper()}")
    assert read(by_id, known=known)


def test_case_decides_between_names_only_where_it_must():
    shouted = KnownOrganisation("33333333-3333-3333-3333-333333333333", "DEMO")
    assert Known(organisations=[DEMO, shouted]).organisations_called("Demo") == [DEMO]
    assert Known(organisations=[shouted]).organisations_called("demo") == [shouted]
    assert Known(organisations=[DEMO, shouted]).organisations_called("demo") == [DEMO, shouted]


def test_the_platform_of_a_store_with_records_stays():
    known = Known(stores={"au": KnownStore("au", "opencart", "AU-", "Demo", has_records=True)})
    assert refused(STORE, known=known) == [
        "stores[0].platform: cannot change from opencart to magento, orders of this store are "
        "stored; make a new store instead"
    ]


def test_a_variable_that_is_not_set_keeps_the_stored_secret():
    stored = KnownStore(
        "au", "magento", "AU-", "Demo", credentials={"bearer": "old"}, webhook_secret="hook"
    )
    text = with_lines("credentials: {bearer: '${T}'}", "webhook_secret: '${W}'")
    known = Known(stores={"au": stored}, xero={"client_secret": "kept"})
    store = read(text, known=known).stores[0]
    assert (store.credentials, store.webhook_secret) == ({"bearer": "old"}, "hook")
    store = read(text, {"T": "new"}, known).stores[0]
    assert (store.credentials, store.webhook_secret) == ({"bearer": "new"}, "hook")
    xero = "version: 1\nxero: {client_id: '${I}', client_secret: '${S}'}\n"
    assert refused(xero, known=known) == [
        "xero.client_id: I is not set in the environment, and no value is stored"
    ]


def test_the_keys_of_another_platforms_shop_are_not_kept():
    known = Known(stores={"au": KnownStore("au", "cscart", "AU-", "Demo", webhook_secret="x")})
    assert refused(with_lines("webhook_secret: '${W}'"), known=known) == [
        "stores[0].webhook_secret: W is not set in the environment, and no value is stored"
    ]


def test_an_alerts_address_is_kept_by_its_variable_and_not_by_its_place():
    known = Known(alerts=[
        KnownAlert("FIRST", "${FIRST}", url="json://one"),
        KnownAlert("ALERT_2_URL", "", url="json://two"),
    ])  # fmt: skip
    file = read("version: 1\nalerts: [{url: '${ALERT_2_URL}'}, {url: '${FIRST}'}]\n", known=known)
    assert [alert.url for alert in file.alerts] == ["json://two", "json://one"]
    assert refused("version: 1\nalerts: [{url: '${ALERT_1_URL}'}]\n", known=known) == [
        "alerts[0].url: ALERT_1_URL is not set in the environment, and no value is stored"
    ]


def test_variables_stand_inside_texts_and_can_be_written_out():
    text = with_lines("name: 'Shop ${A}${B} $${A}'")
    assert read(text, {"A": "1", "B": "2"}).stores[0].name == "Shop 12 ${A}"


def test_a_file_of_a_variable_that_cannot_be_read_is_said():
    def lookup(name: str) -> str:
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.raises(FileRefused) as caught:
        read_configuration(with_lines("name: '${NAME}'"), lookup, Known())
    assert caught.value.lines == [
        "stores[0].name: the file of NAME cannot be read: No such file or directory"
    ]


def test_files_that_are_too_large_or_not_text():
    with pytest.raises(FileRefused, match="file: larger than 1024 KB"):
        decoded(b" " * (MAX_BYTES + 1))
    with pytest.raises(FileRefused, match="line 2: not UTF-8 text"):
        decoded(b"a: 1\nb: \xff\n")
    assert decoded(b"\xef\xbb\xbfversion: 1\n") == "version: 1\n"
