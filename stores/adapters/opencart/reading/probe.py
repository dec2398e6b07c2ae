"""What the shop is: the extension's `probe`, read once for each connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stores.adapters.opencart.client import OpenCartClient
from stores.adapters.opencart.reading.moments import ShopClock, zone_of
from stores.canonical.order import PartKeys
from stores.canonical.records import ParseError, ShopTax, StoreFacts
from stores.php.client import PROTOCOL, Json
from stores.raw import Raw


class Probe:
    """The shop's own word of itself; asked for when it is needed first."""

    def __init__(self, client: OpenCartClient) -> None:
        self._client = client
        self._answer: Json | None = None

    @property
    def answer(self) -> Json:
        if self._answer is None:
            found = self._client.call("probe")
            if found.get("protocol") != PROTOCOL:
                raise self._client.too_old(found.get("protocol"))
            self._answer = found
        return self._answer

    @property
    def zone(self) -> str:
        """The time zone of its dates by its IANA name; "" where it does not say one."""
        found = self.answer
        return zone_of(found.get("timezone"), found.get("utc_offset"), found.get("now"))

    @property
    def clock(self) -> ShopClock:
        return ShopClock(self.zone or "UTC")

    @property
    def last_event(self) -> int:
        """The number of the last change that the extension noted."""
        last = self.answer.get("last_event")
        return last if isinstance(last, int) and not isinstance(last, bool) else 0

    def taxes_named(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Rate and kind (P percentage, F amount) of taxes by their names, as the shop's table has
        them now; without names that it has not, or has twice."""
        rates = self.answer.get("tax_rates")
        rows = [row for row in rates if isinstance(row, dict)] if isinstance(rates, list) else []
        found = {}
        for name in names:
            kinds = {
                (str(r.get("rate")), str(r.get("type"))) for r in rows if r.get("name") == name
            }
            if len(kinds) == 1:
                found[name] = dict(zip(("rate", "type"), kinds.pop(), strict=True))
        return found

    @property
    def stamps(self) -> dict[str, str]:
        """What records must know of their shop to be understood by themselves."""
        currency = self.answer.get("base_currency")
        stamps = {"x_timezone": self.zone, "x_base_currency": currency}
        return {key: value for key, value in stamps.items() if isinstance(value, str) and value}

    def facts(self) -> StoreFacts:
        try:
            return self._facts(Raw(self.answer))
        except ParseError as error:
            raise self._client.unexpected(f"answers probe so: {error}") from error

    def _facts(self, raw: Raw) -> StoreFacts:
        stores = raw.children("stores")
        return StoreFacts(
            name=raw.required_text("name"),
            version=f"OpenCart {raw.required_text('opencart')}, extension {raw.text('extension')}",
            currency=raw.currency("base_currency"),
            timezone=self.zone,
            statuses=_pairs(raw, "order_statuses", "order_status_id", "name"),
            payment_methods=_active(raw, "payment_methods"),
            tax_classes=_pairs(raw, "tax_classes", "tax_class_id", "title"),
            customer_groups=_pairs(raw, "customer_groups", "customer_group_id", "name"),
            shipping_methods=_active(raw, "shipping_methods"),
            currencies=tuple(
                one.text("code") for one in raw.children("currencies") if _is_on(one.data)
            ),
            tax_rates=tuple(_taxes(raw)),
            return_actions=_pairs(raw, "return_actions", "return_action_id", "name"),
            store_views=_pairs(raw, "stores", "store_id", "name"),
            websites=_pairs(raw, "stores", "store_id", "name"),
            parts=tuple((one.text("store_id"), _keys(one)) for one in stores),
            # Prices are shown with tax or without; stored they are without it always.
            prices_include_tax=False,
            reserves_stock=False,
            warnings=tuple(self._warnings(raw)),
        )

    def _warnings(self, raw: Raw) -> list[str]:
        found = []
        if not self.zone:
            found.append(
                "The shop does not say of which time zone its dates are: set shop_timezone of the "
                "store, or the time zone in the shop's settings."
            )
        if not raw.children("order_statuses"):
            found.append("The shop has no order statuses.")
        return found


def _pairs(raw: Raw, key: str, number: str, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.text(number), one.text(name)) for one in raw.children(key))


def _active(raw: Raw, key: str) -> tuple[tuple[str, str], ...]:
    """Methods that the shop offers: those that are installed and not switched on are none."""
    return tuple(
        (one.text("code"), one.text("title")) for one in raw.children(key) if _is_on(one.data)
    )


def _taxes(raw: Raw) -> Iterator[ShopTax]:
    """The percentages of the shop's table of taxes, each for every place of its zone; a place that
    has no code is any."""
    places: dict[str, list[tuple[str, str]]] = {}
    for zone in raw.children("zones"):
        place = (zone.text("country"), zone.text("zone"))
        places.setdefault(zone.text("geo_zone_id"), []).append(place)
    for rate in raw.children("tax_rates"):
        if rate.text("type") == "P":
            for country, state in places.get(rate.text("geo_zone_id"), [("", "")]):
                yield ShopTax(rate.text("name"), rate.text("rate"), country, state)


def _is_on(method: Mapping[str, Any]) -> bool:
    return str(method.get("status")) in ("1", "True", "true")


def _keys(store: Raw) -> PartKeys:
    keys = tuple(filter(None, (store.text("store_id"), store.text("name"))))
    return PartKeys(website=keys, store_group=keys, store_view=keys)
