"""What holds for every order: the invariants of the books, over generated orders.

`HYPOTHESIS_PROFILE=explore` looks for more.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.contacts.directory import Contacts
from accounting.gift_cards import CardFacts
from accounting.sale.build import build_order
from accounting.sale.built import Built
from stores.canonical.order import GiftCard, Line, LineKind, Order, Payment, TaxShare, TotalRow
from tests.accounting.orders import account, books, line, order, organisation, row
from xero.documents.kinds import Kind
from xero.documents.lines import TaxMode
from xero.documents.payloads import stored

D = Decimal
DIGITS = {"AUD": 2, "JPY": 0, "KWD": 3}
RATES = ("0", "5", "8.25", "10", "20")
PARTS = (D("0.01"), D("0.15"), D("0.5"))
ROWS = {"surcharge": {"account": "260", "tax_type": "EXEMPTOUTPUT"}, "coupon": "discount"}
# Fewer than usual on every run, as a build is no trifle; all that `explore` asks for.
MOST = settings.default.max_examples if settings.default else 0
quick = settings(
    max_examples=MOST if MOST > 100 else 50, suppress_health_check=[HealthCheck.too_slow]
)


def rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(D(1).scaleb(-digits), ROUND_HALF_UP)


def charged(
    number: int, price: Decimal, quantity: Decimal, rate: str, off: Decimal, inclusive: bool,
    digits: int,
) -> Line:  # fmt: skip
    """A line as a shop computes it: the row, less its discount, taxed and rounded."""
    percent = D(rate)
    row_total = rounded(price * quantity, digits)
    after = rounded(row_total * (1 - off), digits)
    if inclusive:
        tax = rounded(after * percent / (100 + percent), digits)
        full_tax = rounded(row_total * percent / (100 + percent), digits)
        net, full_net, full_gross = after - tax, row_total - full_tax, row_total
    else:
        tax = rounded(after * percent / 100, digits)
        net, full_net = after, row_total
        full_gross = net + tax if not off else None
    return line(
        str(net), rate=rate, tax=str(tax), id=str(number), sku=f"S{number}", name=f"Item {number}",
        quantity=quantity, full_net=full_net, full_gross=full_gross,
        unit_gross=price if inclusive else None, unit_net=None if inclusive else price,
        path=f"items[{number}]",
    )  # fmt: skip


@st.composite
def orders(draw: st.DrawFn, most: int = 60 if MOST > 100 else 12) -> Order:
    """One to `most` lines at up to four rates, perhaps with shipping, fees, fixed taxes and a
    coupon on top; in a currency of 0, 2 or 3 decimals; paid, partly paid, or by its status."""
    currency = draw(st.sampled_from(["AUD", "AUD", "AUD", "JPY", "KWD"]))
    digits, inclusive = DIGITS[currency], draw(st.booleans())
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=4, unique=True))
    off = draw(st.sampled_from([D(0), D("0.1"), D("0.333"), D(1)]))
    amounts = st.decimals(min_value=0, max_value=5000, places=digits)
    prices = amounts | st.decimals(min_value=0, max_value=50, places=6)
    quantities = st.sampled_from([D(1), D(2), D(3), D(7), D("0.5"), D("1.3333")])
    lines = [
        charged(n, draw(prices), draw(quantities), draw(st.sampled_from(rates)), off, inclusive,
                digits)
        for n in range(draw(st.integers(1, most)))
    ]  # fmt: skip
    if draw(st.booleans()):
        fee = TaxShare("Eco fee", None, draw(amounts))
        lines[0] = replace(lines[0], fixed_taxes=(fee,))
    for kind in draw(st.lists(st.sampled_from([LineKind.SHIPPING, LineKind.FEE]), max_size=2)):
        part = off if draw(st.booleans()) else D(0)
        extra = charged(90 + len(lines), draw(amounts), D(1), draw(st.sampled_from(rates)), part,
                        inclusive, digits)  # fmt: skip
        lines.append(replace(extra, kind=kind, sku=""))
    rows: tuple[TotalRow, ...] = ()
    if draw(st.booleans()):
        rows += (row("surcharge", str(draw(amounts))),)
    goods = sum((one.gross for one in lines if one.kind is LineKind.GOODS), D(0))
    if goods and draw(st.booleans()):
        rows += (row("coupon", str(-rounded(goods * draw(st.sampled_from(PARTS)), digits))),)
    made = order(*lines, rows=rows, currency=currency, base_currency=currency,
                 prices_include_tax=inclusive)  # fmt: skip
    part = draw(st.sampled_from([None, D(0), D("0.5"), D(1)]))
    if part is None:
        return made
    received = rounded(made.total * part, digits)
    count = draw(st.integers(1, 3))
    share = rounded(received / count, digits)
    parts = [share] * (count - 1) + [received - share * (count - 1)]
    tenders = tuple(Payment("checkmo", each) for each in parts if each > 0)
    if sum((tender.amount for tender in tenders), D(0)) != received:
        tenders = (Payment("checkmo", received),) if received else ()
    return replace(
        made, received=received, outstanding=made.total - received, payments=tenders
    )  # fmt: skip


SHOP_ISSUED = ("gift_cards_amount", "customer_balance_amount", "reward_currency_amount")


@st.composite
def redeeming_orders(draw: st.DrawFn) -> tuple[Order, CardFacts]:
    """Orders of which gift cards, store credit and points paid a part, and money the rest, a
    part of it, or more; with what is known of the cards."""
    made = draw(orders(most=5))
    digits = DIGITS[made.currency]
    shares = draw(st.lists(st.sampled_from([D("0.1"), D("0.25"), D("0.333")]), max_size=3))
    if draw(st.booleans()) and shares:
        shares = [D(1) / len(shares)] * len(shares)
    rows, cards, balances, rest = [], [], {}, made.total
    for number, (code, share) in enumerate(
        zip(draw(st.permutations(SHOP_ISSUED)), shares, strict=False)
    ):
        amount = min(rounded(made.total * share, digits), rest)
        if share == D(1) / len(shares) and number == len(shares) - 1:
            amount = rest
        rest -= amount
        rows.append(row(code, str(-amount)))
        if code == "gift_cards_amount" and amount and draw(st.booleans()):
            cards = [GiftCard("A", amount, amount)]
            balances["A"] = rounded(amount * draw(st.sampled_from([D(0), D("0.5"), D(1)])), digits)
    parts = draw(st.lists(st.sampled_from([D("0.2"), D("0.5"), D("0.7")]), max_size=3))
    tenders = tuple(
        Payment(draw(st.sampled_from(["checkmo", "stripe", "unmapped"])), amount)
        for part in parts
        if (amount := rounded(rest * part, digits))
    )
    received = sum((tender.amount for tender in tenders), D(0))
    made = replace(
        made, rows=(*made.rows, *rows), total=rest, payments=tenders, received=received,
        outstanding=max(rest - received, D(0)), cards_redeemed=tuple(cards),
    )  # fmt: skip
    return made, CardFacts(balances)


redeeming_rules = st.builds(
    lambda base, unknown, voucher, opening: base | {
        "gift_cards": {"unknown": unknown, "voucher": voucher, "opening_balance": opening},
        "accounts": {"rewards": "837", "gift_card_expense": "429"},
        "payment_accounts": {"stripe": "971"},
    },
    st.deferred(lambda: rule_sets),
    st.sampled_from(["hold", "liability", "discount", "expense"]),
    st.sampled_from(["multi", "single"]),
    st.sampled_from(["0", "10", "100000"]),
)  # fmt: skip


rule_sets = st.builds(
    lambda rounding, discounts: {
        "posting": {"rounding": rounding, "discounts": discounts, "zero_orders": "post"},
        "total_rows": ROWS,
    },
    st.sampled_from(["auto", "tax_override", "rounding_line"]),
    st.sampled_from(["separate", "folded"]),
)


def rounding(made: Order, taxed: int) -> Decimal:
    """I5: the least that can be paid for each taxed line, and five times that in all."""
    unit = D(1).scaleb(-min(2, DIGITS[made.currency]))
    return min(unit * max(1, taxed), 5 * unit)


def built_from(made: Order, rules: dict[str, Any]) -> Built:
    facts = organisation(base_currency=made.currency, currencies=frozenset(DIGITS))
    return build_order(books(rules, facts), made, Contacts())


@quick
@given(orders(), rule_sets)
def test_total_tax_payments_and_balance_are_the_shops(made: Order, rules: dict[str, Any]) -> None:
    built = built_from(made, rules)
    if built.status != "ready":
        # Only what cannot be closed as rounding may be held.
        assert {r.code for r in built.reasons} <= {"totals_do_not_add_up", "tax_does_not_add_up"}
        assert rules["posting"]["rounding"] == "rounding_line"
        return
    assert built.invoice is not None
    totals = built.invoice.expected()
    assert totals is not None
    lines = built.invoice.lines
    closing = [one for one in lines if one.description == "Rounding"]
    taxed = sum(1 for one in lines if one.rate)
    limit = rounding(made, taxed)
    # I1, I5
    assert totals.total == rounded(made.total, 2)
    assert sum((abs(one.amount) for one in closing), D(0)) <= limit
    assert len(closing) <= 1
    assert all(one.tax_type == "BASEXCLUDED" and not one.rate for one in closing)
    # I3
    off = abs(totals.total_tax - rounded(made.tax, 2))
    assert off <= limit
    assert not off or closing or "tax_rounded" in {reason.code for reason in built.reasons}
    # I2, I4
    paid = sum((payment.amount for payment in built.payments), D(0))
    wanted = made.total if made.received is None else made.received
    assert paid == rounded(wanted, 2)
    assert totals.total - paid == rounded(made.total, 2) - rounded(wanted, 2)
    assert all(payment.amount > 0 for payment in built.payments)


@quick
@given(redeeming_orders(), redeeming_rules, st.booleans())
def test_with_whatever_it_was_paid_the_balance_is_the_shops(
    given_order: tuple[Order, CardFacts], rules: dict[str, Any], payable: bool
) -> None:
    made, cards = given_order
    facts = organisation(
        *(account(code, "LIABILITY", payments_enabled=payable) for code in ("835", "836", "837")),
        account("429", "EXPENSE", payments_enabled=payable), account("971", "ASSET", type="BANK"),
        account("610", "ASSET", system_account="DEBTORS"),
        base_currency=made.currency, currencies=frozenset(DIGITS),
    )  # fmt: skip
    built = build_order(replace(books(rules, facts), cards=cards), made, Contacts())
    if built.status != "ready":
        assert {r.code for r in built.reasons} <= {"totals_do_not_add_up", "tax_does_not_add_up"}
        assert rules["posting"]["rounding"] == "rounding_line" or made.currency == "KWD"
        return
    assert built.invoice is not None
    totals = built.invoice.expected()
    assert totals is not None
    redeemed = -sum((one.amount for one in made.rows if one.code in SHOP_ISSUED), D(0))
    own = {"835", "836", "837", "429"}
    paid_own = sum((p.amount for p in built.payments if p.account in own), D(0))
    paid = sum((p.amount for p in built.payments), D(0)) - paid_own
    held_own = sum(
        (D(r.message.split()[4]) for r in built.reasons if r.code == "gift_card_unknown"), D(0)
    )
    # I1: what is posted as a negative line comes off the invoice, to the cent.
    on_lines = rounded(made.total + redeemed, 2) - totals.total
    whole = rounded(made.total + redeemed, 2) - rounded(made.total, 2)
    assert paid_own + held_own + on_lines == whole
    if payable and rules["gift_cards"]["unknown"] != "discount":
        assert not on_lines or rules["gift_cards"]["voucher"] == "single"
    if not payable:
        assert not paid_own
    # I2: what came in is paid, held, or beyond what is due.
    assert made.received is not None
    mapped = sum((t.amount for t in made.payments if t.method != "unmapped"), D(0))
    over = sum((o.lines[0].amount for o in built.overpayments), D(0))
    if len(built.payments) and mapped == made.received:
        assert paid + over == rounded(made.received, 2)
    # I4: what is left is what the shop says is outstanding, and what waits for a person.
    if mapped == made.received:
        left = totals.total - paid - paid_own
        wanted = rounded(made.total, 2) - min(rounded(made.received, 2), rounded(made.total, 2))
        assert left == wanted + held_own
    assert paid + paid_own <= totals.total
    assert all(payment.amount > 0 for payment in built.payments)
    references = [p.reference for p in built.payments] + [o.reference for o in built.overpayments]
    assert len(set(references)) == len(references)
    # I3: tax falls only with goods that carry none by the card's kind or as a discount.
    lines = built.invoice.lines
    closed = any(one.description == "Rounding" for one in lines)
    taxed_off = any(
        one.tax(built.invoice.mode) for one in lines if one.description == "Gift_cards_amount"
    )
    assert built.tax is not None
    kept = rounded(built.tax, 2)
    assert 0 <= kept <= rounded(made.tax, 2)
    assert taxed_off or kept == rounded(made.tax, 2)
    limit = rounding(made, sum(1 for one in lines if one.rate))
    off = abs(totals.total_tax - kept)
    assert off <= limit
    if rules["posting"]["rounding"] != "rounding_line":
        assert not off or closed or "tax_rounded" in {reason.code for reason in built.reasons}


@quick
@given(orders())
def test_with_the_default_settings_all_is_posted_to_the_cent(made: Order) -> None:
    """Nothing is held, nothing is rounded away, whatever the currency."""
    built = built_from(made, {"total_rows": ROWS, "posting": {"zero_orders": "post"}})
    assert built.invoice is not None, built.reasons
    totals = built.invoice.expected()
    assert totals is not None
    assert totals.total == rounded(made.total, 2)
    assert totals.total_tax == rounded(made.tax, 2)
    assert all(one.description != "Rounding" for one in built.invoice.lines)
    assert {reason.code for reason in built.reasons} <= {"rounded_to_cents"}


@quick
@given(orders(), st.sampled_from(["0.787", "1.9413", "151.3"]), st.integers(-3, 3))
def test_converted_it_is_the_shops_base_total_and_tax(made: Order, rate: str, drift: int) -> None:
    """The shop converts each row by itself, so that its base total drifts by some cents."""
    base_total = rounded(made.total / D(rate), 2) + D("0.01") * drift
    base_tax = rounded(made.tax / D(rate), 2)
    if not rounded(made.total, 2) or base_total <= base_tax:
        return
    currency = "USD" if made.currency == "AUD" else made.currency
    foreign = replace(
        made, currency=currency, base_currency="AUD", rate=D(rate), base_total=base_total,
        base_tax=base_tax,
    )  # fmt: skip
    rules = {"total_rows": ROWS, "posting": {"currency_not_enabled": "convert"}}
    built = build_order(books(rules, organisation()), foreign, Contacts())
    assert built.invoice is not None, built.reasons
    totals = built.invoice.expected()
    assert totals is not None
    assert (totals.total, totals.total_tax) == (base_total, base_tax)
    assert (built.invoice.currency, built.invoice.currency_rate) == ("AUD", None)
    assert all(one.description != "Rounding" for one in built.invoice.lines)
    if made.received == made.total:
        assert sum((p.amount for p in built.payments), D(0)) == base_total


@quick
@given(orders(), rule_sets, st.randoms(use_true_random=False))
def test_the_order_of_lines_is_kept_and_changes_nothing_else(
    made: Order, rules: dict[str, Any], random: Any
) -> None:
    places = list(range(len(made.lines)))
    random.shuffle(places)
    built = built_from(made, rules)
    moved = built_from(replace(made, lines=tuple(made.lines[n] for n in places)), rules)
    assert moved.status == built.status
    if built.invoice is None or moved.invoice is None:
        return
    first, second = built.invoice.lines, moved.invoice.lines
    named = [next(k for k in range(len(places)) if places[k] == n) for n in range(len(places))]
    assert [second[k].payload() for k in named] == [one.payload() for one in first[: len(places)]]
    rest, other = first[len(places) :], second[len(places) :]
    assert sorted(str(one.payload()) for one in rest) == sorted(str(o.payload()) for o in other)
    assert moved.invoice.expected() == built.invoice.expected()
    assert [p.payload() for p in moved.payments] == [p.payload() for p in built.payments]


@settings(max_examples=MOST // 10, suppress_health_check=list(HealthCheck))
@given(orders(most=60), rule_sets)
def test_building_twice_gives_the_same_text(made: Order, rules: dict[str, Any]) -> None:
    first, second = (
        [stored(document.payload()) for document in built_from(made, rules).documents]
        for _ in range(2)
    )
    assert first == second


amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
strange_lines = st.builds(
    lambda **given: replace(line("1"), **given),
    quantity=amounts, net=amounts, tax=amounts, full_net=st.none() | amounts,
    full_gross=st.none() | amounts, unit_net=st.none() | amounts, unit_gross=st.none() | amounts,
    rate=st.sampled_from([D(0), D(10), D("-5"), D("123.456")]),
    kind=st.sampled_from(list(LineKind)), name=st.text(max_size=20), sku=st.text(max_size=5),
)  # fmt: skip


@quick
@given(
    st.lists(strange_lines, max_size=4),
    amounts, amounts, st.none() | amounts, st.none() | amounts,
    st.lists(st.builds(Payment, st.sampled_from(["checkmo", "x", ""]), amounts), max_size=3),
    st.sampled_from(["discount", "ignore", "gift_card", "store_credit", {"account": "260"}, None]),
    amounts, st.sampled_from(["AUD", "KWD", "EUR", "XXX", ""]),
)  # fmt: skip
def test_nothing_raises(
    lines: list[Line], total: Decimal, tax: Decimal, received: Decimal | None,
    due: Decimal | None, payments: list[Payment], meaning: Any, amount: Decimal, currency: str,
) -> None:  # fmt: skip
    made = order(
        total=total, tax=tax, received=received, outstanding=due, payments=tuple(payments),
        rows=(row("surcharge", str(amount)),), lines=tuple(lines), currency=currency,
    )  # fmt: skip
    rules = {"total_rows": {"surcharge": meaning}} if meaning else {}
    built = built_from(made, rules | {"gift_cards": {"unknown": "liability"}})
    assert built.status in ("ready", "held", "skipped")
    assert built.status == "ready" or (built.reasons and not built.documents)
    if built.status == "ready":
        assert built.documents[-1].kind in (Kind.INVOICE, Kind.PAYMENT, Kind.BANK_TRANSACTION)
        assert built.invoice is not None
        assert built.invoice.mode in (TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE)
