"""The Celery app. Celery is the doorbell, the database the queue: see `lib/doorbell.py`."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.schedules import schedule
from celery.signals import beat_init, setup_logging, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Connection, pools
from kombu.pools import ProducerPool

from connector.lib import clock
from connector.processes import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")


class ConnectorApp(Celery):
    """Asks for the broker's address at each use; Celery itself would ask once.

    Pools are kept by address: a broker that comes back elsewhere gets a pool of its own.
    """

    def connection_for_read(self, url: str | None = None, **options: Any) -> Connection:
        return super().connection_for_read(url or broker.url(), **options)

    def connection_for_write(self, url: str | None = None, **options: Any) -> Connection:
        return super().connection_for_write(url or broker.url(), **options)

    @property
    def producer_pool(self) -> ProducerPool:
        return pools.producers[self.connection_for_write()]


class Steady(schedule):
    """Every so often, also after the clock of the machine was set back."""

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        left = super().remaining_estimate(last_run_at)
        return left if left <= self.run_every else timedelta(0)


@worker_init.connect
@beat_init.connect
def _refuse_wrong_keys(**_: Any) -> None:
    """A worker that cannot open the secrets would take tasks and fail at each."""
    from connector.doctor import key_check

    key_check.refuse_to_start()


@setup_logging.connect
def _keep_djangos_logging(**_: Any) -> None:
    """A receiver makes Celery leave logging alone: settings.LOGGING holds in workers too."""


app = ConnectorApp("connector")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)

# The only schedule: everything else is a row that says when it is due.
_MINUTE = clock.wall_seconds(60)
app.conf.beat_schedule = {
    "tick": {
        "task": "sync.tick",
        "schedule": Steady(max(1.0, _MINUTE)),
        # Ticks that no worker took are not made up for.
        "options": {"expires": max(1.0, _MINUTE)},
    }
}
