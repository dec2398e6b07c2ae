"""What a credit memo gave back on gift cards, as store credit and as reward points.

Adobe Commerce takes them off a memo's `grand_total`, as it does with an order's
(Magento\\GiftCardAccount, Magento\\CustomerBalance and Magento\\Reward, Model\\Total\\Creditmemo):
a card first gets back all that it paid, then the others. `customer_bal_total_refunded` is what
was put on the store credit in all. It may be more than store credit had paid: what a card paid
goes there for a registered customer, and what money paid if staff chose so
(Magento\\CustomerBalance\\Observer\\CreditmemoDataImportObserver).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import figure, said
from stores.adapters.magento.records.amounts import rounding_slack
from stores.adapters.magento.records.rows import TENDERS, WRAPPING, holder
from stores.canonical.records import ParseError
from stores.canonical.refund import Refund, TenderBack
from stores.raw import Raw

_CARDS, _STORE_CREDIT = "gift_cards_amount", "customer_balance_amount"
# What was put on the store credit, as memos and orders name it, in the order's currency; and the
# same in the base currency.
_PUT = ("customer_bal_total_refunded", "customer_balance_total_refunded")
_PUT_BASE = ("bs_customer_bal_total_refunded", "base_customer_balance_total_refunded")
# What a memo's total is made of.
_PARTS = (
    "subtotal", "discount_amount", "tax_amount", "shipping_amount",
    "discount_tax_compensation_amount", "adjustment_positive",
)  # fmt: skip
# What an order states was given back of each.
_OF_ORDER = ("gift_cards_refunded", "customer_balance_refunded", "rwrd_crrncy_amnt_refunded")


def tenders_back(memo: Raw) -> tuple[TenderBack, ...]:
    """What went back to each tender that the shop issued, most of it to where it came from."""
    made = []
    for code, title in TENDERS.items():
        source = holder(memo, code)
        if amount := abs(source.amount(code)):
            base = _in_base(memo, code, amount)
            made.append(TenderBack(code, title, amount, code, source.at(code), base))
    return tuple(made)


def _in_base(memo: Raw, code: str, amount: Decimal) -> Decimal | None:
    """The amount in the base currency, where the memo states it."""
    key = f"base_{code}"
    stated = holder(memo, key).optional(key)
    if stated is not None:
        return abs(stated)
    return amount if memo.text("order_currency_code") == memo.text("base_currency_code") else None


def before_tenders(memo: Raw) -> tuple[Decimal, Decimal | None]:
    """What a memo took back before its tenders, and the same in the base currency."""
    total, base = memo.number("grand_total"), memo.optional("base_grand_total")
    for one in tenders_back(memo):
        total += one.amount
        base = None if base is None or one.base_amount is None else base + one.base_amount
    return total, base


def unstated(order: Raw, memos: Sequence[Raw], refunds: Sequence[Refund]) -> list[Refund]:
    """The refunds with what went back on tenders of the order that no memo states.

    REST leaves reward points out of memos. A memo's total is then less than its own amounts come
    to, which is not so otherwise. ParseError where there are several such tenders and it does not
    tell how much went back on each.
    """
    told = {one.code for refund in refunds for one in refund.tenders}
    paid = {code: abs(holder(order, code).amount(code)) for code in TENDERS if code not in told}
    found = []
    for memo, refund in zip(memos, refunds, strict=True):
        left = {code: amount for code, amount in paid.items() if amount}
        gap = _sum_of_parts(memo) - refund.total
        whole = sum(left.values(), ZERO)
        if not left or not rounding_slack(len(refund.lines)) < gap <= whole:
            found.append(refund)
            continue
        if len(left) > 1 and gap != whole:
            raise _unclear(memo, gap, left)
        for code in left:
            amount = min(gap, left[code])
            refund = _also(refund, code, amount, memo)
            paid[code] -= amount
        found.append(refund)
    return found


def _unclear(memo: Raw, gap: Decimal, left: Mapping[str, Decimal]) -> ParseError:
    names = " and ".join(TENDERS[code].lower() for code in left)
    message = said(
        "%(at)s is %(gap)s less than the memo's own amounts come to, and the memo does not tell "
        "how much of that went back on %(names)s. Enter the refunds in Xero by hand, and mark the "
        "order as handled by hand.",
        at=memo.at("grand_total"),
        gap=figure(gap),
        names=names,
    )
    return ParseError(
        memo.at("grand_total"), memo.data.get("grand_total"), message, code="refund_tenders"
    )


def _sum_of_parts(memo: Raw) -> Decimal:
    """What a memo's own amounts come to, before what the shop issued itself."""
    wrapping = (holder(memo, key).amount(key) for key in WRAPPING)
    parts = sum((memo.amount(key) for key in _PARTS), sum(wrapping, ZERO))
    return parts - memo.amount("adjustment_negative")


def _also(refund: Refund, code: str, amount: Decimal, memo: Raw) -> Refund:
    same = memo.text("order_currency_code") == memo.text("base_currency_code")
    base = refund.base_total + amount if same and refund.base_total is not None else None
    more = TenderBack(
        code, TENDERS[code], amount, code, memo.at("grand_total"), amount if same else None
    )
    tenders = (*refund.tenders, more)
    return replace(refund, total=refund.total + amount, base_total=base, tenders=tenders)


def given_back(order: Raw) -> Decimal:
    """What an order states was given back on what the shop issued itself."""
    return sum((abs(holder(order, key).amount(key)) for key in _OF_ORDER), ZERO)


def to_store_credit(memo: Raw, refund: Refund) -> Refund:
    """The refund with what was put on the store credit beyond what store credit had paid."""
    put = _put(memo)
    return refund if put is None else _moved(refund, put - _stored(refund), memo)


def told_by_order(
    order: Raw, memos: Sequence[Raw], refunds: Sequence[Refund]
) -> tuple[Refund, ...]:
    """The same by what the order states of all its memos, where none of them says it itself.

    ParseError where it does not tell which of several memos it is about.
    """
    put = _put(order)
    if put is None or any(_put(memo) is not None for memo in memos):
        return tuple(refunds)
    more = put - sum((_stored(refund) for refund in refunds), ZERO)
    if more <= 0 or not refunds:
        return tuple(refunds)
    if len(refunds) == 1:
        return (_moved(refunds[0], more, order),)
    for parts in ([_cards(one) for one in refunds], [_cards(one) + one.money for one in refunds]):
        if sum(parts, ZERO) == more:
            pairs = zip(refunds, parts, strict=True)
            return tuple(_moved(refund, part, order) for refund, part in pairs)
    alone = [one for one in refunds if more in (_cards(one), one.money, _cards(one) + one.money)]
    if len(alone) == 1:
        return tuple(_moved(one, more if one is alone[0] else ZERO, order) for one in refunds)
    raise _untold(order, more)


def _put(source: Raw) -> Decimal | None:
    """What was put on the store credit in all; None where that is not told."""
    for key in _PUT:
        place = holder(source, key)
        if place.has(key):
            return place.number(key)
    for key in _PUT_BASE:
        place = holder(source, key)
        if place.has(key):
            rate = source.optional("base_to_order_rate")
            same = source.text("order_currency_code") == source.text("base_currency_code")
            return round_to(place.number(key) * (Decimal(1) if same or rate is None else rate))
    return None


def _stored(refund: Refund) -> Decimal:
    return sum((one.amount for one in refund.tenders if one.code == _STORE_CREDIT), ZERO)


def _cards(refund: Refund) -> Decimal:
    """What went back on gift cards."""
    return sum((one.amount for one in refund.tenders if one.code == _CARDS), ZERO)


def _moved(refund: Refund, amount: Decimal, source: Raw) -> Refund:
    """The refund with so much of it on the store credit in place of a card or of money.

    Magento puts what cards paid there by itself, so cards come first, unless it is just what
    money would have got.
    """
    if amount <= 0:
        return refund
    cards, money = _cards(refund), refund.money
    if amount > cards + money:
        raise _untold(source, amount)
    of_money = amount if amount == money != cards else max(amount - cards, ZERO)
    of_cards = amount - of_money
    path = source.at(_PUT[0])
    kept = [
        replace(one, amount=one.amount - of_cards, base_amount=None)
        if of_cards and one.code == _CARDS
        else one
        for one in refund.tenders
    ]
    more = [
        TenderBack(_STORE_CREDIT, TENDERS[_STORE_CREDIT], part, of=of, path=path)
        for part, of in ((of_cards, _CARDS), (of_money, ""))
    ]
    return replace(refund, tenders=tuple(one for one in (*kept, *more) if one.amount))


def _untold(source: Raw, amount: Decimal) -> ParseError:
    key = next((name for name in (*_PUT, *_PUT_BASE) if holder(source, name).has(name)), _PUT[0])
    place = holder(source, key)
    message = said(
        "%(at)s says that %(amount)s more was put on the store credit than store credit had paid, "
        "and the credit memos do not tell in place of what. Enter the refunds in Xero by hand, and "
        "mark the order as handled by hand.",
        at=place.at(key),
        amount=figure(amount),
    )
    return ParseError(place.at(key), place.data.get(key), message, code="refund_tenders")
