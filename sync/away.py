"""How long Xero is left alone after it did not answer a question.

Every question that is asked before something is built, sent or decided goes through here: while
Xero is away, hundreds of requests in doubt cost as many calls as one. The wait doubles with each
failure in a row up to a quarter of an hour, so that an hour costs about ten calls an
organisation at first and four or five after that; the first answer ends it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from connector.lib import clock
from connector.lib.errors import ConnectorError, Temporary
from sync import retries
from sync.models import OrganisationRun
from xero.api.faults import Throttled
from xero.mirror.refresh import BeingRead
from xero.models import Organisation

_CAP_SECONDS = 15 * 60
# After so long without a failure the next one is the first again.
_FORGOTTEN = timedelta(hours=1)


def until(organisation: Organisation) -> datetime | None:
    """When Xero may be asked again; None: now."""
    rows = OrganisationRun.objects.filter(organisation=organisation)
    return (
        rows.filter(look_again_at__gt=clock.now()).values_list("look_again_at", flat=True).first()
    )


def over(organisation: Organisation) -> datetime:
    """When to come back with a question that could not be put: once Xero may be asked again, or
    after the longest wait where it is not Xero that is away."""
    return until(organisation) or clock.now() + timedelta(seconds=_CAP_SECONDS)


def notice(organisation: Organisation, error: ConnectorError) -> None:
    """A question came to nothing. It counts where it is Xero that did not answer: not our own
    budget, nor another worker, nor something that a person must do."""
    if isinstance(error, Temporary) and not isinstance(error, Throttled | BeingRead):
        failed(organisation, error)


def failed(organisation: Organisation, error: Temporary) -> timedelta:
    """A question was not answered: how long until the next one is asked."""
    run, _ = OrganisationRun.objects.get_or_create(organisation=organisation)
    rows, now = OrganisationRun.objects.filter(pk=run.pk), clock.now()
    again = When(look_again_at__gt=now - _FORGOTTEN, then=F("failed_looks") + 1)
    rows.update(failed_looks=Case(again, default=Value(1)))
    run.refresh_from_db()
    wait = wait_after(run.failed_looks, error)
    rows.update(look_again_at=now + wait)
    return wait


def wait_after(failures: int, error: Temporary) -> timedelta:
    """The wait after so many failures in a row; what Xero asks for itself, if that is longer."""
    policy = retries.policy()
    seconds = replace(policy, cap=min(policy.cap, _CAP_SECONDS)).wait(failures)
    return timedelta(seconds=max(seconds, error.retry_after or 0))


def answered(organisation: Organisation) -> None:
    """Xero answers."""
    rows = OrganisationRun.objects.filter(organisation=organisation, failed_looks__gt=0)
    rows.update(failed_looks=0, look_again_at=None)
