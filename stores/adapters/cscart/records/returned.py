"""Return requests of CS-Cart's own add-on for them (RMA), which its API does not tell.

An add-on of ours puts them beside the order as `returns`, each with the fields of its tables
(rma_returns, rma_return_products): `return_id`, `timestamp`, `action`, `status`, and `products` by
the item's id with `amount` and `type`. What is only asked for, and what was declined, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.lib.texts.said import said
from stores.adapters.cscart.records.texts import text_of
from stores.canonical.refund import Return
from stores.raw import Raw

_ASKED_FOR, _DECLINED = "R", "D"


def read_returns(order: Raw) -> tuple[Return, ...]:
    """The goods that came back; ParseError for what cannot be read for certain."""
    return tuple(one for _, raw in order.keyed("returns") for one in _returned(raw))


def _returned(raw: Raw) -> Iterator[Return]:
    if raw.required_text("status") in (_ASKED_FOR, _DECLINED):
        return
    number, at = raw.required_text("return_id"), raw.unix_moment("timestamp")
    for key, goods in raw.keyed("products"):
        if goods.text("type") == _DECLINED:
            continue
        item, quantity = goods.text("item_id") or key, goods.number("amount")
        if quantity <= 0:
            raise goods.refusal("amount", said("nothing came back of it"), "bad_value")
        yield Return(
            id=f"{number}-{item}",
            action=raw.text("action"),
            name=text_of(goods, "product"),
            quantity=quantity,
            line_ids=(item,),
            returned_at=at,
            path=goods.path,
        )
