"""Codes for accounts that are made in Xero. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from accounts_mapping.proposals.proposal import NewAccount
from xero.documents.facts import OrganisationFacts


def free_code(
    organisation: OrganisationFacts, start: int, planned: Iterable[NewAccount] = ()
) -> str:
    """The first code from `start` upwards that neither the organisation has, archived accounts
    included, nor is planned."""
    taken = {one.code for one in organisation.accounts.values()} | {one.code for one in planned}
    code = start
    while str(code) in taken:
        code += 1
    return str(code)
