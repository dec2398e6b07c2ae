"""`serve`, behind `make run`: the web app, a broker, a worker and the clock for one box."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from connector import processes
from connector.broker import EmbeddedBroker
from connector.lib.errors import ConnectorError, NeedsAttention


class Command(BaseCommand):
    help = (
        "Run everything on this machine: web app, worker, clock, and a broker unless "
        "CELERY_BROKER_URL names one. Brings the database up to date first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
        parser.add_argument(
            "--port", type=int, default=os.environ.get("PORT") or 8000, help="PORT, or 8000"
        )
        parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        with ExitStack() as stack:
            try:
                processes.require_free(host, port)
                call_command("migrate", verbosity=0, interactive=False)
                family = processes.Family()
                if not settings.CELERY_BROKER_URL:
                    stack.enter_context(EmbeddedBroker(settings.DATA_DIR))
                stack.enter_context(family)
                family.start("worker", processes.worker(concurrency=options["workers"]))
                family.start("beat", processes.beat())
                family.start("web", processes.web(host, port))
                family.until(lambda: processes.listening(port, host), "The web app")
                self.stdout.write(f"{settings.PUBLIC_URL} (listening on {host}:{port})")
                self.stdout.flush()
                family.wait()
            except processes.Stopped:
                self.stderr.write("Stopping.")
            except processes.ChildEnded as error:
                raise CommandError(str(error)) from error
            except ConnectorError as error:
                hint = f" {error.hint}" if isinstance(error, NeedsAttention) else ""
                raise CommandError(f"{error}{hint}") from error
