"""One run of the demo, from the empty directory to the last order in the stand-in's books."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import OutputWrapper

from connector.celery import app as tasks
from connector.demo import connecting, remotes, report, watching
from connector.demo.remotes import Shop
from connector.demo.watching import Times
from connector.lib import logs
from connector.processes import ports, programs
from connector.processes.broker import EmbeddedBroker
from connector.processes.family import Family, stoppable
from stores.models import Store

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Demo:
    """Run within the environment of `place`. Progress goes to `errors`, results to `out`."""

    orders: int
    port: int
    once: bool
    out: OutputWrapper
    errors: OutputWrapper

    def run(self) -> bool:
        """Sync, then report (`once`) or stay. False if an order is not accounted for.

        Raises ChildEnded, and Stopped when somebody ends the demo.
        """
        chosen = remotes.shops(self.orders)
        # Celery sets Django up once more when it first needs its tasks, and the logging with it.
        tasks.loader.import_default_modules()
        with (
            stoppable(),
            EmbeddedBroker(settings.DATA_DIR),
            Family(logs=settings.DATA_DIR / "logs") as family,
            logs.in_file(settings.DATA_DIR / "logs" / "demo.log"),
        ):
            self._say(
                "Starting a stand-in Xero, five shops, the worker, the clock and the web app."
            )
            password = self._start(family, chosen)
            stores = self._connect(password, chosen)
            work = list(zip(chosen, stores, strict=True))
            watching.ring(stores)
            times = watching.watch(family, work)
            if self.once:
                return self._report(work, times)
            self._invite(chosen, password, times)
            family.wait()
        return None

    def _start(self, family: Family, chosen: list[Shop]) -> str:
        """Everything that runs; the password of the demo's user."""
        web = f"http://{_HOST}:{self.port}"
        remotes.start(family, settings.XERO_API_URL, web, chosen)
        call_command("migrate", verbosity=0, interactive=False)
        family.start("web", programs.web(_HOST, self.port))
        family.start("worker", programs.worker())
        family.start("beat", programs.beat())
        password = connecting.create_user()
        remotes.wait(family, settings.XERO_API_URL, chosen)
        family.until(lambda: ports.listening(self.port), "The web app")
        return password

    def _connect(self, password: str, chosen: list[Shop]) -> list[Store]:
        self._say("Importing the configuration, logging in, connecting two organisations.")
        connecting.configure(chosen)
        connecting.connect(f"http://localhost:{self.port}", password, chosen)
        return connecting.stores_of(chosen)

    def _report(self, work: list[tuple[Shop, Store]], times: Times) -> bool:
        found = report.account(work)
        for line in report.lines(found, times):
            self.out.write(line)
        return found.complete

    def _invite(self, chosen: list[Shop], password: str, times: Times) -> None:
        for line in report.time_lines(times):
            self.out.write(line)
        self.out.write(
            f"\n  Shop to Xero    {settings.PUBLIC_URL}\n"
            f"  log in as       {connecting.USER}  {password}\n"
            f"  stand-in Xero   {settings.XERO_API_URL}/"
        )
        for shop in chosen:
            self.out.write(f"  shop {shop.slug:<10} {shop.url}/")
        self.out.write("\nCtrl-C ends it all. The next start begins anew.")
        self.out.flush()

    def _say(self, text: str) -> None:
        self.errors.write(text)
