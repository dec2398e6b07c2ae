"""Pair a store with its shop by the one code that the shop shows.

The code holds the shop's address and its keys. The shop is asked with them first, and nothing is
kept that it does not answer to; then it is told where to call, tries that, and says how it went.
Where it cannot reach us, reading by schedule does all the work.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from connector.lib.errors import ConnectorError, Misconfigured
from connector.lib.outgoing.addresses import is_public
from stores import registry
from stores.abilities import TakesIntroductions
from stores.adapter import Introduction, StoreAdapter
from stores.canonical.records import StoreFacts
from stores.connect import connect
from stores.models import Store
from stores.profile import BadPairingCode, PairingCode
from sync.ingest.probe import probe

log = structlog.get_logger(__name__)
_POLLING = "Nothing is lost by that: the shop is read by its schedule."
# The shop tries our address for five seconds within this.
_READ_SECONDS, _CALL_SECONDS = 15, 20


@dataclass(frozen=True, slots=True)
class Paired:
    """What came of it: what the shop is, and a sentence for each way. `reached`: its calls come
    in."""

    facts: StoreFacts
    out: str
    back: str
    reached: bool
    warnings: tuple[str, ...] = ()


def pair(store: Store, code: str, *, replace: bool = False) -> Paired:
    """Connect a store by a code. `replace`: also where the code is of another shop than the one
    that the store has.

    Raises Misconfigured for a code that is none (`bad_pairing_code`) or is of another shop
    (`other_shop`), and the shop's errors; nothing is changed then.
    """
    found = _read(store, code)
    paired = _with(store, found)
    _check_shop(store, found, replace=replace)
    facts = probe(paired)
    _save(paired)
    log.info("store.paired", store_id=store.pk, host=urlsplit(found.url).netloc)
    reached, back = _introduce(paired)
    version = f", {facts.version}" if facts.version else ""
    return Paired(
        facts,
        f"{facts.name}{version}, answers at {found.url}.",
        back,
        reached,
        (*facts.warnings, *_currency(store, facts)),
    )


def _read(store: Store, code: str) -> PairingCode:
    pairing = registry.profile(store.platform).pairing
    if pairing is None:
        label = registry.profile(store.platform).label
        raise Misconfigured(
            f"{label} shops show no pairing code.",
            code="no_pairing",
            hint="Enter the store's credentials in the configuration file.",
            field="platform",
        )
    try:
        return pairing.read(code)
    except BadPairingCode as error:
        raise Misconfigured(
            str(error),
            code="bad_pairing_code",
            hint=f"Copy the whole code from the shop's admin. {pairing.where}",
            field="code",
        ) from error


def _check_shop(store: Store, found: PairingCode, *, replace: bool) -> None:
    """Whether the code is of the shop that the store has: by host and folder, with or without
    `www.` and encryption."""
    url = store.profile.url
    if replace or _place(url) == _place(found.url):
        return
    raise Misconfigured(
        f"The code is of the shop at {found.url}, and {store.name} is the shop at {url}.",
        code="other_shop",
        hint="If the store is to be that shop from now on, pair it again and confirm that "
        "(--replace); else copy the code of the right shop.",
        field="code",
    )


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")


def _with(store: Store, found: PairingCode) -> Store:
    """The store as the code has it; not saved. Other keys of the same shop stay, where it may have
    several."""
    paired = Store.objects.get(pk=store.pk)
    try:
        same = _place(store.profile.url) == _place(found.url)
        others = paired.credentials if same and registry.profile(store.platform).together else None
        paired.credentials = {**(others or {}), **found.credentials}  # type: ignore[assignment]
        paired.settings = paired.settings | {"url": found.url}
        paired.profile  # noqa: B018 - an address that is none fails here
    except ValueError as error:
        raise Misconfigured(
            f"The code holds {found.url}, which is no usable address.",
            code="bad_pairing_code",
            hint="Set the shop's own address in its settings, and copy the code again.",
            field="code",
        ) from error
    return paired


def _save(paired: Store) -> None:
    with transaction.atomic():
        row = Store.objects.select_for_update(of=("self",)).get(pk=paired.pk)
        row.settings = row.settings | {"url": paired.settings["url"]}
        row.credentials = paired.credentials
        row.save(update_fields=["settings", "credentials"])


def _introduce(store: Store) -> tuple[bool, str]:
    """Whether the shop's calls come in, and a sentence about it."""
    adapter = connect(store, read_timeout=_READ_SECONDS, total_timeout=_CALL_SECONDS)
    if not isinstance(adapter, TakesIntroductions):
        return False, "The shop does not call by itself; it is read by its schedule."
    here, there = _is_local(settings.PUBLIC_URL), _is_local(store.profile.url)
    reach = there or not here
    try:
        said = _told(store, adapter, reach=reach)
    except ConnectorError as error:
        return False, f"The shop could not be told where to call: {error} {_POLLING}"
    if said.reached:
        return True, f"The shop reaches {settings.PUBLIC_URL}: what changes is read at once."
    if here:
        return False, (
            f"PUBLIC_URL is {settings.PUBLIC_URL}, which the shop cannot reach: polling alone is "
            f"used. {_POLLING}"
        )
    why = said.error or "it does not say why"
    return False, f"The shop does not reach {settings.PUBLIC_URL}: {why} {_POLLING}"


def _told(store: Store, adapter: StoreAdapter, *, reach: bool) -> Introduction:
    assert isinstance(adapter, TakesIntroductions)
    callback = f"{settings.PUBLIC_URL}{reverse('sync:shop-hook', args=[store.slug])}"
    return adapter.introduce(callback, f"{settings.PUBLIC_URL}/", store.slug, reach=reach)


def _is_local(url: str) -> bool:
    """Whether an address is of this machine, or of a private network, by its name alone."""
    host = (urlsplit(url).hostname or "").lower()
    try:
        return not is_public(str(ipaddress.ip_address(host)))
    except ValueError:
        ends = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
        return host == "localhost" or host.endswith(ends) or "." not in host


def _currency(store: Store, facts: StoreFacts) -> tuple[str, ...]:
    ours = store.profile.base_currency
    if not facts.currency or facts.currency == ours:
        return ()
    return (
        f"The shop's base currency is {facts.currency}, and base_currency of the store is {ours}: "
        "correct it in the store's settings.",
    )
