"""`serve`, behind `make run`: the web app, a broker, a worker and the clock for one box."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from connector.lib.environment import Env
from connector.lib.errors import ConnectorError, NeedsAttention
from connector.processes import ports, programs
from connector.processes.broker import EmbeddedBroker
from connector.processes.family import ChildEnded, Family, Stopped, stoppable


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
        try:
            with stoppable():
                self._serve(options["host"], options["port"], options["workers"])
        except Stopped:
            self.stderr.write("Stopped.")
        except ChildEnded as error:
            raise CommandError(str(error)) from error
        except ConnectorError as error:
            hint = f" {error.hint}" if isinstance(error, NeedsAttention) else ""
            raise CommandError(f"{error}{hint}") from error

    def _serve(self, host: str, port: int, workers: int) -> None:
        ports.require_free(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        environment = _public_url(port)
        with ExitStack() as stack:
            if not settings.CELERY_BROKER_URL:
                stack.enter_context(EmbeddedBroker(settings.DATA_DIR))
            family = stack.enter_context(Family())
            family.start("worker", programs.worker(concurrency=workers), env=environment)
            family.start("beat", programs.beat(), env=environment)
            family.start("web", programs.web(host, port), env=environment)
            family.until(lambda: ports.listening(port, host), "The web app")
            self.stdout.write(f"{environment['PUBLIC_URL']} (listening on {host}:{port})")
            self.stdout.flush()
            family.wait()


def _public_url(port: int) -> dict[str, str]:
    """PUBLIC_URL for the children: as it is set, or else this machine with the port in use."""
    given = Env().ENVIRON.get("PUBLIC_URL")
    return {"PUBLIC_URL": settings.PUBLIC_URL if given else f"http://localhost:{port}"}
