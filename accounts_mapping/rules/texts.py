"""Texts and tracking that the configuration makes of an order: pure."""

from __future__ import annotations

import re

from accounts_mapping.rules.resolve import MappingSnapshot, line_rules, on_line, order_rules
from stores.canonical.order import Line, Order

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
    }


def render(template: str, snapshot: MappingSnapshot, order: Order) -> str:
    """Fill a template; spaces collapse. A look-up without an entry gives nothing."""
    return Texts(snapshot, order).render(template)


class Texts:
    """Fills the templates of one order."""

    def __init__(self, snapshot: MappingSnapshot, order: Order) -> None:
        self._lookups = snapshot.rules.lookups
        self._order = order
        self._values: dict[str, str] | None = None

    def render(self, template: str) -> str:
        """As the function `render` does."""
        if "{" not in template:
            return " ".join(template.split())
        if self._values is None:
            self._values = placeholders(self._order)
        return " ".join(_PLACEHOLDER.sub(self._fill, template).split())

    def _fill(self, match: re.Match[str]) -> str:
        assert self._values is not None
        kind, _, rest = match[1].partition(":")
        if kind != "lookup":
            return self._values.get(kind, "")
        table, _, key = rest.partition(":")
        return self._lookups.get(table, {}).get(self._values.get(key, ""), "")


def tracking(
    snapshot: MappingSnapshot, order: Order, line: Line | None = None
) -> tuple[tuple[str, str], ...]:
    """Tracking category and option for a line, or for what is no line of the shop's.

    The first rule with tracking goes over the store's own; one about certain lines reaches
    those only. Xero's options have at most 100 characters.
    """
    chosen = _tracking_templates(snapshot, order, line)
    filled = ((name, render(template, snapshot, order)) for name, (template, _) in chosen.items())
    return tuple((name, option[:100].strip()) for name, option in filled if option)


def tracking_sources(
    snapshot: MappingSnapshot, order: Order, line: Line | None = None
) -> dict[str, str]:
    """By category, the configuration key that `tracking` took its option from."""
    chosen = _tracking_templates(snapshot, order, line)
    return {name: source for name, (_, source) in chosen.items()}


def _tracking_templates(
    snapshot: MappingSnapshot, order: Order, line: Line | None
) -> dict[str, tuple[str, str]]:
    """By category, the template of its option and the key where that stands."""
    rules = snapshot.rules
    if not rules.tracking and not rules.rules:
        return {}
    chosen = {name: (template, f"tracking.{name}") for name, template in rules.tracking.items()}
    matching = line_rules(snapshot, order, line) if line else order_rules(snapshot, order)
    for index, rule in matching:
        if rule.tracking and (line or not on_line(rule.when)):
            source = f"rules[{index}].tracking"
            return chosen | {
                name: (template, f"{source}.{name}") for name, template in rule.tracking.items()
            }
    return chosen
