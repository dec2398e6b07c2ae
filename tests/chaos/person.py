"""What a person does: sets the product up, connects again where Xero asks for it, backfills."""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta
from pathlib import Path

import requests
from django.core.management.base import CommandError
from django.db import Error, connections
from django.db.models import Q

from connector.configuration.importing import import_configuration
from connector.demo import connecting, remotes
from connector.demo.remotes import Shop
from connector.lib import clock
from connector.lib.errors import ConnectorError, Temporary
from stores.models import Store
from sync.backfill import actions as backfill
from sync.models import Backfill
from tests.chaos import faults, reading, shops_opencart
from tests.chaos.report import Log
from xero.models import Organisation, TokenSet

_BACKFILL_DAYS = 31
_TRIES = 6


class Person:
    """One administrator; asks the database what a page would show."""

    def __init__(self, web_url: str, chosen: list[Shop], log: Log) -> None:
        self._web, self._shops, self._log = web_url, chosen, log
        self._password = ""

    def set_up(self, configuration: Path) -> None:
        """Make a user and import the configuration."""
        self._password = connecting.create_user()
        self._import(configuration)

    def _import(self, configuration: Path) -> None:
        variables = {
            "XERO_CLIENT_ID": remotes.XERO_CLIENT_ID,
            "XERO_CLIENT_SECRET": remotes.XERO_CLIENT_SECRET,
            "XERO_WEBHOOK_KEY": faults.WEBHOOK_KEY,
        }
        for shop in self._shops:
            if not shop.port and shop.platform == "magento":
                continue  # a real one: its keys are in the environment
            prefix = f"STORE_{shop.slug.upper()}"
            keys = shops_opencart.keys if shop.platform == "opencart" else reading.keys
            variables |= {f"{prefix}_{name.upper()}": value for name, value in keys(shop).items()}
            variables |= {f"{prefix}_URL": shop.url, f"{prefix}_WEBHOOK_SECRET": shop.hook_secret}
        import_configuration(
            configuration.read_text(encoding="utf-8"), lookup=(os.environ | variables).get
        )

    def connect(self) -> None:
        connecting.connect(self._web, self._password, self._shops)

    def connect_first(self) -> None:
        """Connect; a web app that has just started may take longer than its own time allows."""
        for _ in range(_TRIES):
            with contextlib.suppress(Temporary):
                self.connect()
                return
        self.connect()

    def backfill(self) -> None:
        """Start a backfill of the past month in every store, over what polls read anyway."""
        for store in Store.objects.select_related("organisation").order_by("pk"):
            until = clock.today(store.profile.timezone)
            row = backfill.plan(store, until - timedelta(days=_BACKFILL_DAYS), until)
            backfill.start(row)
            self._log.note("person", "backfill", store=store.slug)

    def look(self) -> bool:
        """Look at the page *Xero connection* and at *Backfill*, and do what they ask for.

        False where the page could not be seen, or the log-in failed: look again later.
        """
        try:
            if self._must_reconnect():
                self.connect()
                self._log.note("person", "reconnected")
            for row in Backfill.objects.filter(state=Backfill.State.FAILED):
                backfill.resume(row)
                self._log.note("person", "backfill resumed", why=row.error)
            return True
        except (Error, CommandError, ConnectorError, requests.RequestException) as error:
            self._log.note("person", "saw an error", error=f"{type(error).__name__}: {error}"[:200])
            return False
        finally:
            # The server may be gone the next time.
            connections.close_all()

    def _must_reconnect(self) -> bool:
        dead = Q(token_set__state=TokenSet.State.RECONNECT) | Q(token_set=None)
        return Organisation.objects.filter(dead | Q(connected=False)).exists()
