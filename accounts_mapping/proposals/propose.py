"""All that a store could be mapped to, from what it, its orders and the organisation show. Pure.

Nothing leaves the machine, nothing is learned of it, and nothing is applied: each proposal is a
setting that a person accepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from accounts_mapping.editions.read import edition_of
from accounts_mapping.proposals.accounts import OF_ROWS, accounts
from accounts_mapping.proposals.payments import Method, payments
from accounts_mapping.proposals.proposal import StoreProposals
from accounts_mapping.proposals.statuses import statuses
from accounts_mapping.proposals.taxes import taxes
from accounts_mapping.rules.resolve import MappingSnapshot, home_country
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.seen.pairs import TaxPair
from stores.profile import PlatformProfile
from xero.documents.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of orders' totals, by the platform's code of it; `sample` is an order's number."""

    code: str
    title: str = ""
    orders: int = 0
    sample: str = ""


@dataclass(frozen=True, slots=True)
class ShopShows:
    """What the shop has and its orders showed: statuses with their names, and how many orders had
    each; methods, taxes, total rows; currencies with how many orders were in each, none where only
    the shop says that it takes it; `ships`: an order was sent somewhere. `table`: taxes that the
    shop has set up, everywhere in the world, whether or not an order bore them."""

    statuses: tuple[tuple[str, str], ...] = ()
    seen_statuses: tuple[tuple[str, int], ...] = ()
    methods: tuple[Method, ...] = ()
    taxes: tuple[TaxPair, ...] = ()
    rows: tuple[SeenRow, ...] = ()
    currencies: tuple[tuple[str, int], ...] = ()
    ships: bool = False
    table: tuple[TaxPair, ...] = ()

    def taxes_to_map(self, home: str) -> tuple[TaxPair, ...]:
        """Those that orders showed, then those that its table has beside them, of where it sells:
        at home, and in countries that orders showed. Each once for a country and percentage."""
        countries = {home, *(pair.country for pair in self.taxes)}
        shown = {(pair.country, pair.percent) for pair in self.taxes}
        more: dict[tuple[str, Decimal | None], TaxPair] = {}
        for pair in self.table:
            local = replace(pair, country=pair.country or home)
            place = local.country, local.percent
            if local.country in countries and place not in shown:
                more.setdefault(place, local)
        return (*self.taxes, *more.values())


def propose(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, shows: ShopShows
) -> StoreProposals:
    """What is not mapped yet: accounts, payment methods, taxes, statuses. Of an organisation that
    is not connected nothing is known, and only statuses are proposed."""
    found, rules, platform = StoreProposals(), snapshot.rules, snapshot.platform
    found.add(statuses(rules, platform, shows.statuses, dict(shows.seen_statuses)))
    if not organisation.connected:
        return found
    edition = edition_of(organisation.country)
    of_accounts = accounts(rules, organisation, edition, _meanings(rules, platform, shows.rows))
    found.add(of_accounts)
    of_money = payments(rules, organisation, shows.methods)
    found.add(_apart(of_money, found))
    sales = next((one.value for one in found.proposals if one.path == ("accounts", "sales")), None)
    account = organisation.accounts.get(rules.accounts.sales or sales or "")
    home = home_country(snapshot, organisation)
    pairs = shows.taxes_to_map(home)
    found.add(_apart(taxes(snapshot, organisation, edition, home, pairs, account), found))
    return found


def _meanings(
    rules: StoreRules, platform: PlatformProfile, rows: Iterable[SeenRow]
) -> frozenset[str]:
    """What the rows of orders have meant, of what takes an account of its own."""
    meant = (rules.total_rows.get(row.code, platform.total_rows.get(row.code)) for row in rows)
    return frozenset(str(one) for one in meant if isinstance(one, str) and one in OF_ROWS)


def _apart(more: StoreProposals, found: StoreProposals) -> StoreProposals:
    """Codes of new accounts that differ from those that are planned already."""
    taken = {one.code for one in found.missing}
    for index, one in enumerate(more.missing):
        code = int(one.code)
        while str(code) in taken:
            code += 1
        taken.add(str(code))
        more.missing[index] = replace(one, code=str(code))
    return more
