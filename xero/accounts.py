"""An account made in Xero because a person asked for it: exactly once, by its code.

Xero's own list is looked at first, so that what is there is taken over; two clicks at once send
one request twice, which Xero takes for one, and a code is taken once only. A lost answer is found
again by the code: at once, or with the next click.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from connector.lib import clock
from connector.lib.errors import ConnectorError, OutcomeUnknown, Rejected
from xero import reference
from xero.api.gateway import Exchange, Gateway, render
from xero.models import Account, Lane, MadeAccount, Organisation

log = structlog.get_logger(__name__)
State = MadeAccount.State
_CODE, _NAME = 10, 150


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account as it is to be: `payments` to it are enabled."""

    code: str
    name: str
    type: str
    payments: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        body = {"Code": self.code, "Name": self.name, "Type": self.type}
        return body | ({"EnablePaymentsToAccount": True} if self.payments else {})


def make_account(organisation: Organisation, wanted: Wanted, *, author: Any = None) -> Account:
    """The account in Xero, made or found there. Raises the gateway's errors; Rejected where Xero,
    or an account that has the code or the name, is in the way; OutcomeUnknown where no answer came
    and Xero does not list it: another click looks first. At most three calls."""
    _must_fit(wanted)
    row, _ = MadeAccount.objects.get_or_create(
        organisation=organisation, code=wanted.code, name=wanted.name,
        defaults={
            "type": wanted.type, "payments_enabled": wanted.payments, "author": author,
        },
    )  # fmt: skip
    gateway = Gateway(organisation, Lane.CLICK, observe=partial(_observed, row))
    if account := _found(organisation, gateway, wanted, row):
        return account
    try:
        gateway.write("accounts", "PUT", render(wanted.payload), row.key)
    except OutcomeUnknown as error:
        return _after_silence(organisation, gateway, wanted, row, error)
    except Rejected as error:
        return _after_refusal(organisation, gateway, wanted, row, error)
    account = _listed(organisation, gateway, wanted)
    if account is None:
        _keep(row, State.UNKNOWN, "Xero took it and does not list it.")
        raise OutcomeUnknown(f"Xero took {_called(wanted)} and does not list it yet. Ask again.")
    _keep(row, State.MADE)
    log.info("account.made", organisation_id=organisation.pk, code=wanted.code, name=wanted.name)
    return account


def _must_fit(wanted: Wanted) -> None:
    if not 0 < len(wanted.code) <= _CODE or not 0 < len(wanted.name.strip()) <= _NAME:
        raise Rejected(
            f"An account needs a code of at most {_CODE} and a name of at most {_NAME} characters.",
            code="account_invalid",
        )


def _found(
    organisation: Organisation, gateway: Gateway, wanted: Wanted, row: MadeAccount
) -> Account | None:
    account = _listed(organisation, gateway, wanted)
    if account is not None:
        _keep(row, State.FOUND if row.state == State.ASKED else State.MADE)
    return account


def _listed(organisation: Organisation, gateway: Gateway, wanted: Wanted) -> Account | None:
    """The account as Xero lists it now. Rejected where its code or its name is another's, or it is
    not as it was to be."""
    reference.refresh_accounts(organisation, gateway)
    active = Account.objects.filter(organisation=organisation).exclude(status=reference.GONE)
    by_code = active.filter(code=wanted.code).first()
    by_name = active.filter(name__iexact=wanted.name).first()
    if by_code is None and by_name is None:
        return None
    if by_code is None or by_name is None or by_code.pk != by_name.pk:
        other = by_code or by_name
        raise Rejected(
            f"{_called(wanted)} cannot be made: {other} is in Xero. Map that one, or choose "
            "another code and name.",
            code="account_taken",
        )
    if by_code.status != "ACTIVE":
        raise Rejected(
            f"{by_code} is archived in Xero: restore it there, then map it.",
            code="account_archived",
        )
    return by_code


def _after_silence(
    organisation: Organisation, gateway: Gateway, wanted: Wanted, row: MadeAccount,
    error: OutcomeUnknown,
) -> Account:  # fmt: skip
    """No answer came: what became of it, Xero's list tells, if it can be read."""
    _keep(row, State.UNKNOWN, str(error))
    try:
        account = _listed(organisation, gateway, wanted)
    except ConnectorError:
        account = None
    if account is None:
        raise OutcomeUnknown(
            f"Xero gave no answer to {_called(wanted)}, and does not list it yet. Ask again in a "
            "minute: what Xero has is looked up first, and nothing is made twice."
        ) from error
    _keep(row, State.MADE)
    return account


def _after_refusal(
    organisation: Organisation, gateway: Gateway, wanted: Wanted, row: MadeAccount, error: Rejected
) -> Account:
    """Xero refused: perhaps because another click was quicker."""
    account = _listed(organisation, gateway, wanted)
    if account is None:
        said = "; ".join(error.texts) or str(error)
        _keep(row, State.REFUSED, said)
        raise Rejected(
            f"Xero does not make {_called(wanted)}: {said}", code="account_refused",
            texts=error.texts,
        ) from error  # fmt: skip
    _keep(row, State.MADE)
    return account


def _keep(row: MadeAccount, state: State, said: str = "") -> None:
    """What came of it. One that is made stays so, whatever a slower click hears."""
    rows = MadeAccount.objects.filter(pk=row.pk).exclude(state__in=(State.MADE, State.FOUND))
    rows.update(state=state, said=said[:1000], answered_at=clock.now())
    row.refresh_from_db(fields=["state", "said", "answered_at"])


def _observed(row: MadeAccount, exchange: Exchange) -> None:
    if exchange.verb == "PUT":
        MadeAccount.objects.filter(pk=row.pk).update(correlation_id=exchange.correlation_id[:100])


def _called(wanted: Wanted) -> str:
    return f"account {wanted.code} {wanted.name}"
