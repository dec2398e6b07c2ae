"""Which code a SKU's item has in Xero: stable, at most 30 characters, never another SKU's. Pure.

Xero's codes are taken to be the same whatever their case. A SKU that fits is its own code.
One that does not, or whose code belongs to another SKU, gets a short code: as much of the SKU
as fits, and a tail that is computed from all of it.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Collection, Mapping
from itertools import count

from xero.documents.facts import ItemFacts

CODE_LIMIT = 30
_TAIL = 12


def item_code(sku: str, taken: Collection[str] = ()) -> str:
    """The code of a SKU; `taken` are codes of other SKUs, case folded."""
    if fits(sku) and sku.casefold() not in taken:
        return sku
    return next(code for code in (_short(sku, n) for n in count()) if code.casefold() not in taken)


def fits(sku: str) -> bool:
    """Whether Xero takes the SKU as a code as it stands."""
    return 0 < len(sku) <= CODE_LIMIT and sku.isprintable() and sku == " ".join(sku.split())


def find_item(
    sku: str,
    items: Mapping[str, list[ItemFacts]],
    *,
    taken: Collection[str] = (),
    any_case: bool = False,
) -> ItemFacts | None:
    """The item that the SKU means among those of Xero, by case-folded code.

    One with the short code of the SKU was made for it; else one with the SKU as its code; else,
    with `any_case`, one whose code differs in case only. None that another SKU has (`taken`).
    """
    short, key = _short(sku, 0), sku.casefold()
    tests: list[tuple[str, Callable[[ItemFacts], bool]]] = [
        (short.casefold(), lambda item: item.code == short)
    ]
    if fits(sku):
        tests.append((key, lambda item: any_case or item.code == sku))
    for at, fitting in tests:
        if at not in taken and (found := [one for one in items.get(at, ()) if fitting(one)]):
            return next((one for one in found if one.code == sku), found[0])
    return None


def candidates(sku: str) -> tuple[str, str]:
    """The codes, case folded, under which a SKU's item may stand in Xero."""
    return sku.casefold(), _short(sku, 0).casefold()


def _short(sku: str, number: int) -> str:
    """The `number`th short code: 60 bits of the SKU's hash behind its beginning."""
    digest = hashlib.sha256(f"{number}/{sku}".encode("utf-8", "surrogatepass")).digest()
    tail = b32encode(digest).decode()[:_TAIL]
    head = "".join(c if c.isprintable() else " " for c in sku)
    head = " ".join(head.split())[: CODE_LIMIT - _TAIL - 1].strip()
    return f"{head}-{tail}" if head else tail
