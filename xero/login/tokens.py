"""Valid access tokens, refreshed by one process at a time.

Xero replaces the refresh token at each use and takes the one before it for 30 minutes more
(developer documentation, OAuth 2.0 token types). So two refreshes at once must not happen,
and new tokens are saved before anybody uses them. The right to refresh is a lease in the
TokenSet's row; no lock is held while Xero is asked.

A refresher that is killed between Xero's answer and the save leaves our row as it was: what
it holds is then, for Xero, the previous token, which its successor uses within the grace.
`keep_alive` finds such rows within a sweep, so that the grace does not run out unused.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction

from connector.lib import clock
from connector.lib.database.claims import FREED
from connector.lib.errors import ConnectorError, NotConnected, Temporary
from xero.login import identity
from xero.models import Organisation, TokenSet, XeroApp
from xero.transport import wall

logger = structlog.get_logger(__name__)

GRACE: Final = timedelta(minutes=30)
# Others wait this long, on the wall, for the token that is being fetched.
_POLL_SECONDS: Final = 3.0
_POLL_STEP: Final = 0.05

RECONNECT = "Xero no longer accepts this log-in. Reconnect to Xero."


def access_token(token_set_id: int, *, refused: str = "") -> str:
    """An access token that is good for the next call.

    `refused` is one that Xero has just answered with 401: another one is wanted, whatever
    its expiry says. Raises NotConnected (a person must reconnect), Misconfigured (the app's
    credentials) or Temporary (being refreshed elsewhere, or Xero gave no answer).
    """
    patience = clock.monotonic() + _POLL_SECONDS * clock.scale()
    while True:
        tokens = TokenSet.objects.select_related("app").get(pk=token_set_id)
        if tokens.state == TokenSet.State.RECONNECT:
            raise NotConnected(
                tokens.reason or RECONNECT, code="reconnect", hint="Reconnect to Xero."
            )
        if tokens.usable(clock.now()) and tokens.access_token != refused:
            return str(tokens.access_token)
        owner = uuid.uuid4().hex
        if _claim(tokens, owner):
            _refresh(tokens, owner)
        elif clock.monotonic() < patience:
            clock.sleep(_POLL_STEP * clock.scale())
        else:
            raise Temporary("The log-in at Xero is being renewed.", retry_after=5)


def keep_alive() -> int:
    """Refresh what would die unused, or was left half-way; how many were refreshed.

    Cheap where nothing is due, so that a sweep may call it every minute. One failure does
    not keep the others from their turn.
    """
    done = 0
    for tokens in TokenSet.objects.due(clock.now()).select_related("app"):
        owner = uuid.uuid4().hex
        if not _claim(tokens, owner):
            continue
        try:
            _refresh(tokens, owner)
        except ConnectorError as error:
            logger.warning("xero.keep_alive_failed", token_set_id=tokens.pk, error=str(error))
        else:
            done += 1
    return done


def mark_reconnect(tokens: TokenSet, reason: str, *, owner: str = "") -> bool:
    """The tokens are dead: say so on them and on their organisations. False: not ours to say.

    With `owner`, only while that refresher holds the lease; a log-in in between has won.
    """
    rows = TokenSet.objects.filter(pk=tokens.pk)
    if owner:
        rows = rows.held_by(owner)
    with transaction.atomic():
        marked = rows.update(
            state=TokenSet.State.RECONNECT,
            reason=reason,
            **FREED,
        )
        if marked:
            Organisation.objects.filter(token_set=tokens, connected=True).update(
                connected=False, disconnected_at=clock.now(), reason=reason
            )
    return bool(marked)


def _lease() -> timedelta:
    """Longer than the two calls that a refresher makes at most; see `_ask`."""
    return timedelta(seconds=3 * wall(identity.CALL_SECONDS) * clock.scale())


def _claim(tokens: TokenSet, owner: str) -> bool:
    """Take the lease, unless another has it or has refreshed since `tokens` was read."""
    rows = TokenSet.objects.filter(
        pk=tokens.pk, refreshed_at=tokens.refreshed_at, state=TokenSet.State.ACTIVE
    )
    # Durable: Xero is asked next, and no transaction may be open then.
    with transaction.atomic(durable=True):
        return rows.claim(owner, _lease()) == 1


def _refresh(tokens: TokenSet, owner: str) -> None:
    """Ask Xero and save the answer. The lease of `owner` is held, and nothing else."""
    try:
        fresh, used = _ask(tokens)
    except identity.DeadGrant as error:
        if mark_reconnect(tokens, RECONNECT, owner=owner):
            raise NotConnected(RECONNECT, code="reconnect", hint=error.hint) from error
        return  # somebody has logged in meanwhile: those tokens count
    except ConnectorError:
        # Left as due, so that the next one, at the latest the sweep, tries while the grace lasts.
        TokenSet.objects.filter(pk=tokens.pk).keep(owner, timedelta(0))
        raise
    _save(tokens.pk, fresh, used, owner)


def _ask(tokens: TokenSet) -> tuple[identity.Tokens, str]:
    """New tokens, and the refresh token that Xero took for them.

    Where Xero refuses the current one, the one before it is tried within its grace.
    """
    if tokens.app.mode == XeroApp.Mode.CUSTOM:
        return identity.client_credentials(tokens.app), ""
    current, previous = str(tokens.refresh_token), str(tokens.previous_refresh_token)
    try:
        return identity.refresh(tokens.app, current), current
    except identity.DeadGrant:
        valid_until = tokens.previous_valid_until
        if not previous or valid_until is None or valid_until < clock.now():
            raise
        return identity.refresh(tokens.app, previous), previous


def _save(pk: int, fresh: identity.Tokens, used: str, owner: str) -> None:
    """Store what Xero gave, unless `owner` has lost the lease: then another's tokens count."""
    now = clock.now()
    values: dict[str, object] = {"scopes": fresh.scopes} if fresh.scopes else {}
    TokenSet.objects.filter(pk=pk).release(
        owner,
        access_token=fresh.access_token,
        refresh_token=fresh.refresh_token,
        previous_refresh_token=used,
        previous_valid_until=now + GRACE,
        expires_at=fresh.expires_at,
        refreshed_at=now,
        **values,
    )
