"""Send what is due to an organisation, one request after another, and settle each.

Everything that may be lost with the process is a row before it happens: the body and key
before the send, "being sent" before the first byte. What a killed worker leaves is found by
its lease and looked up, never sent again blindly.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import F, Min

from connector.lib import clock
from connector.lib.errors import (
    Misconfigured,
    NeedsAttention,
    NotConnected,
    OutcomeUnknown,
    Temporary,
)
from sync import away, retries
from sync.dispatch import freshness, settle
from sync.dispatch.attempts import log_attempts
from sync.dispatch.gather import LANE_ORDER, gather, gathering
from sync.dispatch.lookup import by_kind, lookup
from sync.dispatch.requests import again, gave_up, refused_whole, unforeseen, unknown, withdraw
from sync.models import Dispatch, OrganisationRun, Posting
from xero import transport
from xero.api import budget
from xero.api.faults import RequestRefused, Throttled
from xero.api.gateway import Exchange, Gateway, Reply
from xero.documents.kinds import SPECS
from xero.mirror import refresh as mirror
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
_State = Dispatch.State
_GATHER_AGAIN = timedelta(seconds=5)
# A right that the connected user lacks, or bad credentials of the app: asked again after.
_ASK_AGAIN = timedelta(minutes=10)
_AWAY = "Xero did not answer, and is asked again a little later."


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing can be sent now. `until`: when something may be; None: nobody knows.

    `busy`: another worker sends for this organisation.
    """

    until: datetime | None
    why: str = ""
    busy: bool = False


def lease() -> timedelta:
    """How long a sender is trusted: a call's deadline and some time to settle."""
    return timedelta(seconds=transport.call_seconds() + 60)


def drain(organisation: Organisation, *, progress: Callable[[], None] = lambda: None) -> Idle:
    """Send and settle until nothing can go out now. Safe to call anywhere at any time."""
    token = uuid.uuid4().hex
    while True:
        if not OrganisationRun.take(organisation, token, lease()):
            return Idle(None, "another worker is sending", busy=True)
        try:
            idle = _step(organisation, token)
            while idle is None:
                progress()
                if not OrganisationRun.take(organisation, token, lease()):
                    return Idle(None, "another worker took over", busy=True)
                idle = _step(organisation, token)
        finally:
            OrganisationRun.release(organisation, token)
        # Whoever enqueued while the lease was held rang in vain: look once more without it.
        if idle.why or not _may_send(organisation):
            return idle


def _step(organisation: Organisation, token: str) -> Idle | None:
    """One request sent or looked up; Idle where there is none to send now."""
    organisation = Organisation.objects.select_related("token_set").get(pk=organisation.pk)
    if reason := organisation.unavailable_reason():
        return Idle(None, reason)
    if organisation.parked_until is not None and organisation.parked_until > clock.now():
        return Idle(organisation.parked_until, organisation.parked_reason or "parked")
    _recover(organisation)
    first = not freshness.looked(organisation)
    if first and _may_send(organisation) and (idle := _prepared(organisation)):
        return idle
    dispatch = _due_dispatch(organisation)
    if dispatch is not None and dispatch.state == _State.OPEN:
        # Formed, and then its worker died before it was sent, as far as this database knows.
        unknown(dispatch, _State.OPEN, clock.now())
    elif dispatch is not None and dispatch.state == _State.RETRY and _switched_off(dispatch):
        withdraw(dispatch)
        return None
    dispatch = dispatch or gather(organisation)
    if dispatch is None:
        return _idle(organisation)
    if dispatch.state != _State.UNKNOWN:
        return _send(dispatch, token)
    return _look_up(dispatch, token) if away.until(organisation) is None else _idle(organisation)


def _may_send(organisation: Organisation) -> bool:
    """Whether anything could be sent or looked up now."""
    return bool(_due_dispatch(organisation)) or gathering(organisation)


def _prepared(organisation: Organisation) -> Idle | None:
    """Before the first request of this process: does Xero know more than this database?"""
    if (at := away.until(organisation)) is not None:
        return Idle(at, _AWAY)
    try:
        freshness.first_look(organisation)
    except mirror.BeingRead as error:
        return Idle(clock.now() + timedelta(seconds=error.retry_after or 5), str(error), busy=True)
    except Throttled as error:
        return Idle(clock.now() + timedelta(seconds=error.retry_after or 1), str(error))
    except Temporary as error:
        return Idle(clock.now() + away.failed(organisation, error), str(error))
    except NeedsAttention as error:
        _stopped(organisation, error)
        return Idle(None, str(error))
    away.answered(organisation)
    return None


def _stopped(organisation: Organisation, error: NeedsAttention) -> None:
    """A person must act. Where Xero still counts us as connected it is asked now and then."""
    organisation = Organisation.objects.select_related("token_set").get(pk=organisation.pk)
    if not organisation.unavailable_reason():
        budget.park(organisation.pk, _ASK_AGAIN.total_seconds(), str(error))


def _switched_off(dispatch: Dispatch) -> bool:
    """Whether a document of the request is of a store that posts nothing just now."""
    return Posting.objects.filter(dispatch=dispatch).switched_off().exists()


def _due_dispatch(organisation: Organisation) -> Dispatch | None:
    due = Dispatch.objects.filter(
        organisation=organisation,
        state__in=(_State.OPEN, _State.RETRY, _State.UNKNOWN),
        not_before__lte=clock.now(),
    )
    if away.until(organisation) is not None:
        due = due.exclude(state=_State.UNKNOWN)
    # What was looked up in vain lets the others go first: it may be the only one that fails.
    return due.order_by(LANE_ORDER, "looks", "pk").first()


def _recover(organisation: Organisation) -> None:
    """Requests whose sender vanished: sent or not, nobody knows, so they are looked up."""
    for dispatch in Dispatch.objects.filter(organisation=organisation).lost(clock.now()):
        wait = timedelta(seconds=settings.UNKNOWN_WAIT_SECONDS)
        unknown(dispatch, _State.SENDING, (dispatch.sent_at or clock.now()) + wait)


def _idle(organisation: Organisation) -> Idle:
    """When the next thing is due, by column."""
    unfinished = Dispatch.objects.filter(organisation=organisation).exclude(state=_State.DONE)
    waits = unfinished.exclude(state=_State.SENDING).aggregate(at=Min("not_before"))
    lease = unfinished.filter(state=_State.SENDING).aggregate(at=Min("claimed_until"))
    waiting = Posting.objects.filter(
        organisation=organisation, state=Posting.State.PENDING, not_before__gt=clock.now()
    )
    asked = away.until(organisation)
    if asked is not None and unfinished.filter(state=_State.UNKNOWN).exists():
        sending = unfinished.exclude(state__in=(_State.SENDING, _State.UNKNOWN))
        waits = {"at": min(filter(None, (asked, sending.aggregate(at=Min("not_before"))["at"])))}
    times = [waits["at"], lease["at"], waiting.aggregate(at=Min("not_before"))["at"]]
    if gathering(organisation):
        return Idle(clock.now() + _GATHER_AGAIN, "gathering")
    # What became due while this was looked up is due now.
    later = [max(moment, clock.now()) for moment in times if moment is not None]
    return Idle(min(later, default=None))


def _send(dispatch: Dispatch, token: str) -> Idle | None:
    """Send a request and settle what comes of it. Idle only if Xero takes no call now."""
    if not dispatch.claim(token, lease()):
        return None
    exchanges: list[Exchange] = []
    gateway = Gateway(dispatch.organisation, Lane(dispatch.lane), observe=exchanges.append)
    try:
        reply = gateway.write(
            SPECS[dispatch.kind].resource.name, dispatch.verb, dispatch.body,
            dispatch.idempotency_key, dispatch.parent_id or None,
        )  # fmt: skip
    except Throttled as error:
        wait = _throttled(dispatch, error)
        again(dispatch, token, clock.now() + wait, attempts=F("attempts") - 1)
        return Idle(clock.now() + wait, str(error))
    except (NotConnected, Misconfigured) as error:
        again(dispatch, token, clock.now(), attempts=F("attempts") - 1)
        _stopped(dispatch.organisation, error)
        return Idle(None, str(error))
    except Temporary as error:
        _retry(dispatch, token, error)
    except OutcomeUnknown:
        wait = timedelta(seconds=settings.UNKNOWN_WAIT_SECONDS)
        unknown(dispatch, _State.SENDING, clock.now() + wait, by=token)
    except RequestRefused as error:
        refused_whole(dispatch, token, error)
    except Exception as error:
        log.exception("dispatch.unforeseen", dispatch_id=dispatch.pk)
        unforeseen(dispatch, token, error)
    else:
        _settle(dispatch, token, reply)
    finally:
        log_attempts(dispatch, exchanges)
    return None


def _throttled(dispatch: Dispatch, error: Throttled) -> timedelta:
    """How long to wait. A day that is used up parks the organisation, by whosever count."""
    wait = error.retry_after or 1
    if error.why == "day" and dispatch.lane != Lane.BACKFILL:
        budget.park(dispatch.organisation_id, wait, str(error))
    return timedelta(seconds=wait)


def _settle(dispatch: Dispatch, token: str, reply: Reply) -> None:
    """Settle an answer; where that fails, nothing of it is kept, and it is looked up."""
    try:
        answers = settle.settle(dispatch, token, reply)
    except Exception:
        log.exception("dispatch.not_settled", dispatch_id=dispatch.pk)
        unknown(dispatch, _State.SENDING, clock.now(), by=token)
        return
    try:
        by_kind.remember(dispatch, answers)
    except Exception:
        # The ledger stands; the mirror is brought up to date by its next refresh.
        log.exception("dispatch.not_remembered", dispatch_id=dispatch.pk)


def _retry(dispatch: Dispatch, token: str, error: Temporary) -> None:
    policy = retries.policy()
    if dispatch.attempts >= policy.attempts:
        gave_up(dispatch, token, error)
        return
    wait = max(policy.wait(dispatch.attempts), error.retry_after or 0)
    again(dispatch, token, clock.now() + timedelta(seconds=wait))


def _look_up(dispatch: Dispatch, token: str) -> Idle | None:
    """Find out what became of a request, then adopt, hold, or free its postings."""
    exchanges: list[Exchange] = []
    gateway = Gateway(dispatch.organisation, Lane(dispatch.lane), observe=exchanges.append)
    try:
        lookup.look_up(dispatch, gateway)
    except Throttled as error:
        wait = _throttled(dispatch, error)
        Dispatch.objects.filter(pk=dispatch.pk).put_off(clock.now() + wait)
        return Idle(clock.now() + wait, str(error))
    except (NotConnected, Misconfigured) as error:
        _stopped(dispatch.organisation, error)
        return Idle(None, str(error))
    except mirror.BeingRead as error:
        wait = timedelta(seconds=error.retry_after or 5)
        Dispatch.objects.filter(pk=dispatch.pk).put_off(clock.now() + wait)
    except Temporary as error:
        away.failed(dispatch.organisation, error)
        wait = away.wait_after(dispatch.looks + 1, error)
        Dispatch.objects.filter(pk=dispatch.pk).put_off(clock.now() + wait, looks=F("looks") + 1)
    except Exception as error:
        log.exception("lookup.unforeseen", dispatch_id=dispatch.pk)
        unforeseen(dispatch, "", error)
    else:
        away.answered(dispatch.organisation)
    finally:
        log_attempts(dispatch, exchanges, what="look-up")
    return None
