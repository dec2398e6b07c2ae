"""A toy's order in canonical form."""

from __future__ import annotations

from stores.canonical import order as c
from stores.canonical.customer import Address, Customer
from stores.raw import Raw


def parse_order(stream, record, facts):
    order = Raw(record)
    changed = "changed" if order.has("changed") else "placed"
    first, tip = order.text("name"), order.amount("tip")
    paid = tuple(
        c.Payment(
            one.required_text("by"), one.number("amount"), fee=one.optional("fee"),
            state=c.MoneyIn(one.text("state") or "received"), path=one.path,
        )
        for one in order.children("paid")
    )  # fmt: skip
    return c.Order(
        id=order.required_text("id"), number=order.required_text("no"),
        status=order.text("status"), currency=order.currency("money"), base_currency="AUD",
        total=order.number("total"), tax=order.amount("tax"),
        placed_at=order.moment("placed", "UTC"), updated_at=order.moment(changed, "UTC"),
        customer=Customer(first_name=first, email=order.text("email")),
        billing=Address(first_name=first, country="AU"), payment_method="marbles",
        payments=paid, received=sum(map(_received, paid)) if order.has("paid") else None,
        test=order.flag("trial") is True,
        rows=(c.TotalRow("tip", "Tip", tip, order.at("tip")),) if tip else (),
        lines=tuple(
            c.Line(
                id=toy.required_text("id"), kind=c.LineKind.GOODS, name=toy.text("name"),
                quantity=toy.number("count"), net=toy.number("net"), tax=toy.amount("tax"),
                full_net=None, full_gross=None, rate=toy.optional("rate"), path=toy.path,
                sales_account=toy.text("account"),
            )
            for toy in order.required_children("toys")
        ),
    )  # fmt: skip


def _received(payment):
    return payment.amount if payment.state is c.MoneyIn.RECEIVED else 0
