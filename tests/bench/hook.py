"""From a change in the shop, told by its hook, until the order's invoice is in Xero."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import requests
from django.conf import settings

from connector.processes import ports, programs
from connector.processes.family import Family
from sync.models import IncomingCall, Posting
from tests.bench import processes, world
from tests.bench.report import Row
from tests.bench.scenarios import Options
from xero.documents.kinds import Kind

SECRET = "the secret of the bench"
TOKEN = "demotoken00000000000000000000token"
_AIM = 2.0
_IDLE_SECONDS = 1.0
_GIVE_UP_SECONDS = 30


def measure(options: Options) -> list[Row]:
    """One paid order after another, each of a new customer; the first only warms up."""
    rounds = options.pick(20, 5)
    port = ports.free_port()
    with (
        processes.running("sandbox.magento", "--orders", "0", "--customers", "50") as shop,
        world.workers(1),
        Family(logs=settings.DATA_DIR / "logs") as family,
    ):
        url = processes.address(shop)
        (organisation,) = world.connect(options.xero, 1)
        store = world.add_store(organisation, 1, url, TOKEN)
        store.webhook_secret = SECRET
        store.save(update_fields=["webhook_secret"])
        family.start("web", programs.web("127.0.0.1", port))
        family.until(lambda: ports.listening(port), "The web app")
        hook = {"url": f"http://127.0.0.1:{port}/hooks/{store.slug}/", "secret": SECRET}
        requests.post(f"{url}/_sandbox/hooks", json=hook, timeout=5).raise_for_status()
        took = list(_rounds(url, rounds))[1:]
    calls = IncomingCall.objects.filter(state=IncomingCall.State.DONE).count()
    note = f"{calls} calls of the shop; a contact and an invoice: two calls, so 0.6 s is Xero"
    return [
        Row("median", statistics.median(took), "s", _AIM, at_most=True, note=note),
        Row(f"longest of {rounds}", max(took), "s", _AIM, at_most=True),
    ]


def _rounds(url: str, rounds: int) -> Iterator[float]:
    for number in range(1, rounds + 2):
        order = {
            "items": [["MUG-STN", 1]], "customer": number, "status": "processing", "coupon": "",
            "foreign": False, "guest": False, "payment_method": "checkmo",
        }  # fmt: skip
        started = time.monotonic()
        answer = requests.post(f"{url}/_sandbox/orders", json=order, timeout=5)
        answer.raise_for_status()
        while _invoices() < number:
            if time.monotonic() - started > _GIVE_UP_SECONDS:
                raise RuntimeError(f"order {number} was not posted")
            time.sleep(0.01)
        yield time.monotonic() - started
        time.sleep(_IDLE_SECONDS)


def _invoices() -> int:
    return Posting.objects.filter(kind=Kind.INVOICE, state=Posting.State.POSTED).count()
