"""Texts and tracking that the configuration makes of an order: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accounts_mapping.rules.resolve import MappingSnapshot, Rules
from stores.canonical.order import Order

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(order: Order) -> dict[str, str]:
    """What the placeholders of a template stand for."""
    address = order.billing
    return {
        "order_number": order.number,
        "order_id": order.id,
        "store_view": order.store_view,
        "website": order.website,
        "customer_group": order.customer.group or order.customer.group_id,
        "customer_id": order.customer.id,
        "first_name": order.customer.first_name or address.first_name,
        "last_name": order.customer.last_name or address.last_name,
        "company": order.customer.company or address.company,
        "email": order.customer.email,
        "payment_method": order.payment_method,
        "transaction_id": order.transaction_id,
        "invoice_number": order.invoice_number,
        "country": order.country,
        "state": order.region,
        "po_number": order.po_number,
        "vendor": order.vendor or order.vendor_id,
    }


@dataclass(frozen=True, slots=True)
class Tracked:
    """Tracking: options by category, and by category the configuration key that gave it."""

    options: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


class Texts:
    """Fills the templates of one order."""

    def __init__(self, snapshot: MappingSnapshot, order: Order) -> None:
        self._lookups = snapshot.rules.lookups
        self._own = snapshot.rules.tracking
        self._tracked: dict[int | None, Tracked] = {}
        self._order = order
        self._values: dict[str, str] | None = None

    def render(self, template: str) -> str:
        """Fill a template; spaces collapse. A look-up without an entry gives nothing."""
        if "{" not in template:
            return " ".join(template.split())
        if self._values is None:
            self._values = placeholders(self._order)
        return " ".join(_PLACEHOLDER.sub(self._fill, template).split())

    def tracking(self, rules: Rules) -> Tracked:
        """The tracking of a line, or of what is no line of the shop's.

        The first of `rules` with tracking goes over the store's own. Xero's options have at most
        100 characters.
        """
        ruled = next(((index, rule.tracking) for index, rule in rules if rule.tracking), None)
        place = None if ruled is None else ruled[0]
        if place not in self._tracked:
            chosen = {name: (text, f"tracking.{name}") for name, text in self._own.items()}
            if ruled is not None:
                given = ruled[1].items()
                chosen |= {name: (text, f"rules[{place}].tracking.{name}") for name, text in given}
            self._tracked[place] = self._tracking_of(chosen)
        return self._tracked[place]

    def _tracking_of(self, chosen: dict[str, tuple[str, str]]) -> Tracked:
        filled = ((name, self.render(template)) for name, (template, _) in chosen.items())
        return Tracked(
            tuple((name, option[:100].strip()) for name, option in filled if option),
            tuple((name, source) for name, (_, source) in chosen.items()),
        )

    def _fill(self, match: re.Match[str]) -> str:
        assert self._values is not None
        kind, _, rest = match[1].partition(":")
        if kind != "lookup":
            return self._values.get(kind, "")
        table, _, key = rest.partition(":")
        return self._lookups.get(table, {}).get(self._values.get(key, ""), "")
