"""What is proposed fits the organisation, whatever it has; and says why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.linting import misfits
from accounts_mapping.proposals.gateways import Way, gateway_of
from accounts_mapping.proposals.payments import Method
from accounts_mapping.proposals.proposal import StoreProposals, Sure
from accounts_mapping.proposals.propose import SeenRow, ShopShows, propose
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.seen.pairs import TaxPair
from sandbox.xero.charts import editions
from sandbox.xero.documents.reference import CLASSES
from stores.profile import PlatformProfile, ShopStatuses
from stores.settings import StoreSettings
from xero.documents.facts import AccountFacts, OrganisationFacts, TaxRateFacts

PLATFORM = PlatformProfile(
    "toy", "Toy", total_rows={"voucher": "gift_card"},
    statuses=ShopStatuses(invoice=("paid",), reverse=("cancelled",)),
)  # fmt: skip
HOME_RATE = {
    "AU": "10", "NZ": "15", "GB": "20", "US": "8", "IE": "23", "DE": "19", "FR": "20", "CA": "13",
    "ZA": "15",
}  # fmt: skip
METHODS = (
    Method("stripe_payments", "Credit card", 40), Method("paypal_express", "PayPal", 20),
    Method("banktransfer", "Bank Transfer", 5), Method("checkmo", "Cheque", 3),
    Method("free", "Free", 1),
)  # fmt: skip


def snapshot(country: str, rules: StoreRules | None = None) -> MappingSnapshot:
    store = StoreSettings.model_validate(
        {
            "slug": "toy", "platform": "toy", "url": "https://toys.example.com",
            "organisation": "Shop", "base_currency": "AUD", "timezone": "UTC", "country": country,
        }
    )  # fmt: skip
    return MappingSnapshot(store, rules or StoreRules(), PLATFORM)


def organisation(country: str) -> OrganisationFacts:
    """A new organisation of the country's edition."""
    data = editions.edition(country)
    accounts = {}
    for code, name, kind, tax, *system in data["accounts"]:
        accounts[code] = AccountFacts(
            f"id-{code}", code, name, kind, CLASSES[kind], "ACTIVE", tax, "".join(system)
        )
    own = data.get("own", {}).get(country, [])
    rates = [*data["tax_rates"], *([f"TAX{n:03d}", *one, "sales"] for n, one in enumerate(own, 1))]
    return OrganisationFacts(
        connected=True, name="Shop", country=country, accounts=accounts,
        base_currency=data["currencies"][country],
        tax_rates={
            kind: TaxRateFacts(
                kind, name, Decimal(percent), "ACTIVE",
                frozenset(area_class(area) for area in editions._WHERE[where]),
            )
            for kind, name, percent, where in rates
        },
    )  # fmt: skip


def area_class(area: str) -> str:
    return {"Assets": "ASSET", "Liabilities": "LIABILITY", "Expenses": "EXPENSE"}.get(
        area, area.upper()
    )


def shows(country: str) -> ShopShows:
    rate = HOME_RATE[country]
    return ShopShows(
        statuses=(("paid", "Paid"), ("cancelled", "Cancelled"), ("odd", "Odd")),
        methods=METHODS,
        taxes=(
            TaxPair(country, rate, "VAT", orders=50), TaxPair(country, "0", orders=20),
            TaxPair("NO", "0", orders=2),
        ),
        rows=(SeenRow("voucher", orders=2),),
    )  # fmt: skip


def made(found: StoreProposals, facts: OrganisationFacts) -> OrganisationFacts:
    """The organisation once the missing accounts were made."""
    new = {
        one.code: AccountFacts(
            f"id-{one.code}", one.code, one.name, one.type, CLASSES[one.type], "ACTIVE",
            payments_enabled=one.payments,
        )
        for one in found.missing
    }  # fmt: skip
    assert len(new) == len(found.missing)
    assert not set(new) & set(facts.accounts)
    return replace(facts, accounts=facts.accounts | new)


def accepted(found: StoreProposals, *, guesses: bool = False) -> StoreRules:
    """The rules once all that is no guess was accepted."""
    document: dict[str, Any] = {}
    for one in found.proposals:
        if one.sure is Sure.GUESS and not guesses:
            continue
        place = document
        for key in one.path[:-1]:
            place = place.setdefault(key, {})
        if one.adds:
            place.setdefault(one.path[-1], []).append(one.value)
        else:
            assert one.path[-1] not in place
            place[one.path[-1]] = one.value
    return StoreRules.model_validate(document)


@pytest.mark.parametrize("country", HOME_RATE)
def test_each_edition_gets_a_whole_mapping_without_a_guess(country):
    facts = organisation(country)
    first = propose(snapshot(country), facts, shows(country))
    facts = made(first, facts)
    found = propose(snapshot(country), facts, shows(country))
    assert found.missing == []
    assert found.gaps == []
    rules = accepted(found)
    assert misfits(rules, facts) == []
    given = rules.accounts.model_dump(exclude_none=True)
    assert set(given) >= {"sales", "shipping", "discounts", "other_income", "rounding",
                          "gift_cards", "refund_adjustments"}  # fmt: skip
    assert set(rules.payment_accounts) == {method.code for method in METHODS}
    assert rules.statuses.invoice == ("paid",)
    if country == "US":
        assert rules.tax.sales_tax is not None
    else:
        assert rules.tax.rules[0].rate == Decimal(HOME_RATE[country])
        rate = facts.tax_rates[rules.tax.rules[0].tax_type or ""]
        assert rate.effective_rate == Decimal(HOME_RATE[country])
    again = propose(snapshot(country, rules), facts, shows(country))
    assert (again.proposals, again.missing, again.gaps) == ([], [], [])
    for one in found.proposals:
        assert one.why.endswith("."), one


_WORDS = ["Sales", "Discounts", "Shipping", "Stripe Clearing", "PayPal", "Rounding", "Gift cards",
          "Other Revenue", "Bank", "Sales tax", "Cheques", "Suspense"]  # fmt: skip
_RATES = st.sampled_from(["0", "5", "10", "15", "20", "23"])


@st.composite
def charts(draw: Any) -> OrganisationFacts:
    country = draw(st.sampled_from(list(HOME_RATE)))
    accounts = {}
    for code in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(list(CLASSES)))
        accounts[str(200 + code)] = AccountFacts(
            f"id-{code}", draw(st.sampled_from([str(200 + code), ""])),
            draw(st.sampled_from(_WORDS)),
            kind, CLASSES[kind], draw(st.sampled_from(["ACTIVE", "ACTIVE", "ARCHIVED"])),
            system_account=draw(st.sampled_from(["", "", "ROUNDING", "DEBTORS"])),
            payments_enabled=draw(st.booleans()),
            currency=draw(st.sampled_from(["", "USD"])) if kind == "BANK" else "",
        )  # fmt: skip
    accounts |= {one.account_id: one for one in accounts.values()}
    types = ["OUTPUT", "OUTPUT2", "NONE", "BASEXCLUDED", "EXEMPTOUTPUT", "ZERORATED", "TAX001",
             "ZERORATEDOUTPUT", "EXEMPTEXPORT"]  # fmt: skip
    rates = {
        kind: TaxRateFacts(
            kind, draw(st.sampled_from(["Sales", "VAT DE", "EC Sales", "Germany VAT"])),
            Decimal(draw(_RATES)), draw(st.sampled_from(["ACTIVE", "ACTIVE", "DELETED"])),
            draw(st.frozensets(st.sampled_from(["ASSET", "REVENUE", "LIABILITY", "EXPENSE"]))),
        )
        for kind in draw(st.lists(st.sampled_from(types), unique=True))
    }  # fmt: skip
    return OrganisationFacts(
        connected=True, name="Any", country=country, base_currency="AUD", accounts=accounts,
        tax_rates=rates,
    )  # fmt: skip


_PAIRS = st.builds(
    TaxPair, st.sampled_from(["AU", "DE", "GB", "US", "NO", ""]), _RATES | st.just(""),
    st.sampled_from(["VAT", ""]), st.booleans(), st.integers(0, 9),
)  # fmt: skip


@settings(max_examples=150)
@given(charts(), st.lists(_PAIRS, max_size=6))
def test_nothing_is_proposed_that_posting_would_refuse(facts, pairs):
    shown = replace(shows(facts.country), taxes=tuple(pairs))
    found = propose(snapshot(facts.country), facts, shown)
    codes = [one.code for one in found.missing]
    assert len(set(codes)) == len(codes)
    assert not set(codes) & {one.code for one in facts.accounts.values()}
    assert misfits(accepted(found, guesses=True), facts) == []


@pytest.mark.parametrize(
    ("code", "title", "name"),
    [
        ("paypal_express", "", "PayPal"), ("paypalexpress", "", "PayPal"),
        ("stripe.card", "Card", "Stripe"), ("method_7", "Pay with Klarna", "Klarna"),
        ("cashondelivery", "Cash", "Cash on delivery"),
        ("checkmo", "Check / Money order", "Cheques"),
        ("bank_transfer", "", "Bank transfer"), ("free_checkout", "", "Nothing to pay"),
        ("purchaseorder", "", "Invoice"), ("clearpay", "", "Afterpay"),
    ],
)  # fmt: skip
def test_well_known_ways_to_pay_are_known_by_code_and_title(code, title, name):
    gateway = gateway_of(code, title)
    assert gateway is not None
    assert gateway.name == name


def test_ways_that_nobody_knows_are_no_gateway():
    assert gateway_of("method_7", "House account") is None
    assert gateway_of("zipcode", "") is None
    assert gateway_of("codex", "") is None


def of(found: StoreProposals, *path: str) -> Any:
    return next((one for one in found.proposals if one.path == path), None)


def test_a_gateway_goes_to_its_clearing_account_and_a_feed_is_said():
    facts = organisation("AU")
    bank = AccountFacts("s", "095", "Stripe AUD", "BANK", "ASSET", "ACTIVE")
    clearing = replace(bank, account_id="c", code="096", name="Stripe Clearing", type="CURRENT",
                       payments_enabled=True)  # fmt: skip
    with_bank = replace(facts, accounts=facts.accounts | {"095": bank})
    found = propose(snapshot("AU"), with_bank, shows("AU"))
    one = of(found, "payment_accounts", "stripe_payments")
    assert (one.value, one.sure) == ("095", Sure.LIKELY)
    assert "bank feed" in one.why
    both = replace(facts, accounts=with_bank.accounts | {"096": clearing})
    one = of(propose(snapshot("AU"), both, shows("AU")),
             "payment_accounts", "stripe_payments")  # fmt: skip
    assert (one.value, one.sure) == ("096", Sure.CERTAIN)
    assert "bank feed" in of(found, "payment_accounts", "banktransfer").why


def test_foreign_tax_is_never_put_under_a_type_of_sales_at_home():
    facts = organisation("GB")
    shown = replace(shows("GB"), taxes=(TaxPair("FR", "20", "TVA", orders=3),))
    found = propose(snapshot("GB"), facts, shown)
    assert of(found, "tax", "rules") is None
    assert any("type of its own" in gap.text for gap in found.gaps)
    own = TaxRateFacts("TAX002", "France VAT 20% (OSS)", Decimal(20), "ACTIVE",
                       frozenset({"REVENUE"}))  # fmt: skip
    found = propose(
        snapshot("GB"), replace(facts, tax_rates=facts.tax_rates | {"TAX002": own}), shown
    )
    assert of(found, "tax", "rules").value == {"country": "FR", "rate": "20", "tax_type": "TAX002"}


def test_a_rate_that_the_organisation_lacks_is_said_and_not_guessed():
    facts = organisation("IE")
    shown = replace(shows("IE"), taxes=(TaxPair("IE", "4.8", "VAT", orders=3),))
    found = propose(snapshot("IE"), facts, shown)
    assert of(found, "tax", "rules") is None
    assert "one of Ireland: add it in Xero" in found.gaps[-1].text


def test_statuses_of_a_section_that_names_all_of_them_empty_are_proposed():
    """So a store stands there that was added on a page: nobody has thought of them yet."""
    empty = {"invoice": [], "reverse": [], "refunded": [], "paid": []}
    rules = StoreRules.model_validate({"statuses": empty})

    found = propose(replace(snapshot("AU"), rules=rules), organisation("AU"), shows("AU"))

    proposed = {one.path: one.value for one in found.proposals if one.path[0] == "statuses"}
    assert proposed[("statuses", "invoice")] == ["paid"]


def test_of_an_organisation_that_is_not_connected_only_statuses_are_proposed():
    found = propose(snapshot("AU"), OrganisationFacts(), shows("AU"))
    assert {one.path[0] for one in found.proposals} == {"statuses"}
    assert found.missing == []


def test_way_of_cash_is_collected():
    assert gateway_of("cashondelivery", "").way is Way.COLLECTED
