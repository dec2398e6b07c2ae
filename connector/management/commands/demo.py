"""`demo`: the whole product against a stand-in Xero and five demo shops, on this machine."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connector.demo import place
from connector.lib.errors import ConnectorError, NeedsAttention
from connector.processes import ports
from connector.processes.family import ChildEnded, Stopped


class Command(BaseCommand):
    help = (
        "Start a stand-in Xero, five demo shops and the product, sync the shops' orders, and "
        "say where to look. Uses DATA_DIR/demo, which is made anew at each start."
    )
    # Those of the demo's own environment are run by its children.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=40, help="orders of all shops (40)")
        parser.add_argument("--port", type=int, default=8000, help="of the web app (8000)")
        parser.add_argument("--once", action="store_true", help="sync, check, report and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["orders"] < 1:
            raise CommandError("--orders must be at least 1.")
        try:
            if place.STARTED in os.environ:
                self._run(options)
            else:
                self._enter(options)
        except Stopped:
            self.stderr.write("Stopped.")
        except ChildEnded as error:
            raise CommandError(str(error)) from error
        except ConnectorError as error:
            hint = f" {error.hint}" if isinstance(error, NeedsAttention) else ""
            raise CommandError(f"{error}{hint}") from error

    def _enter(self, options: dict[str, Any]) -> None:
        """Become this command in the demo's own environment. Does not return."""
        port = options["port"]
        ports.require_free("127.0.0.1", port)
        directory = settings.DATA_DIR / "demo"
        place.claim(directory)
        arguments = ["demo", "--orders", str(options["orders"]), "--port", str(port)]
        arguments += ["--once"] if options["once"] else []
        place.enter(settings.BASE_DIR, arguments, place.environment(directory, port))

    def _run(self, options: dict[str, Any]) -> None:
        # Imported late: it needs the demo's settings and their database.
        from connector.demo.running import Demo

        demo = Demo(options["orders"], options["port"], options["once"], self.stdout, self.stderr)
        if not demo.run():
            raise SystemExit(1)
