"""Hundreds of calls a second, taken by the web app as `serve` runs it, with its worker beside."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import statistics
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings

from connector.processes import ports, programs
from stores.models import Store
from stores.settings import StoreSettings
from sync.models import IncomingCall, TrackedOrder
from tests.bench import processes, world
from tests.bench.hook import SECRET, TOKEN
from tests.bench.processes import cpu_seconds
from tests.bench.report import Row
from tests.bench.scenarios import Options

_A_SECOND = 200
_LANES = 16  # connections that are kept alive, each with an even share of the calls
_ORDERS = 50
_AIM_MILLISECONDS = 100
_DRAIN_SECONDS = 120


@dataclass(slots=True)
class _Lane:
    """One connection's calls: how long each took from when it was to be sent, and refusals."""

    took: list[float] = field(default_factory=list)
    refused: int = 0


def measure(options: Options) -> list[Row]:
    """The calls name the orders of a real demo shop; the worker fetches them meanwhile."""
    seconds = options.pick(30, 5)
    port = ports.free_port()
    with (
        processes.running("sandbox.magento", "--orders", str(_ORDERS)) as shop,
        world.workers(1) as worker,
        (settings.DATA_DIR / "web.log").open("wb") as log,
        processes.running("gunicorn", *programs.web("127.0.0.1", port)[3:], errors=log) as web,
    ):
        store = _store(processes.address(shop))
        while not ports.listening(port):
            time.sleep(0.1)
        _call(port, store.slug, 10, 1)  # warms up
        warm, used = IncomingCall.objects.count(), [cpu_seconds(web.pid), cpu_seconds(worker.pid)]
        lanes, lasted = _call(port, store.slug, _A_SECOND, seconds)
        drained = _drain()
        used = [cpu_seconds(web.pid) - used[0], cpu_seconds(worker.pid) - used[1]]
    took = sorted(one for lane in lanes for one in lane.took)
    accepted, refused = len(took), sum(lane.refused for lane in lanes)
    lost = accepted - (IncomingCall.objects.count() - warm)
    done = IncomingCall.objects.filter(state=IncomingCall.State.DONE).count()
    note = f"{accepted:,} in {lasted:.1f} s, {refused} refused; {_LANES} connections"
    p99 = took[int(len(took) * 0.99)] * 1000
    return [
        Row("accepted", accepted / lasted, "/s", _A_SECOND * 0.99, note=note),
        Row("lost", lost, "", 0, at_most=True, note="accepted without a row"),
        Row("refused", refused, "", 0, at_most=True),
        Row("median answer", statistics.median(took) * 1000, "ms", _AIM_MILLISECONDS, at_most=True,
            note="from the moment at which it was to be sent"),
        Row("99 of 100 answers", p99, "ms", _AIM_MILLISECONDS, at_most=True),
        Row("CPU of the web app", used[0] / accepted * 1000, "ms/call"),
        Row("CPU of the worker", used[1] / accepted * 1000, "ms/call"),
        Row("worked off after the last", drained, "s",
            note=f"{done:,} calls done, {TrackedOrder.objects.count()} orders"),
    ]  # fmt: skip


def _store(url: str) -> Store:
    """A store without an organisation: its orders are read and kept, and wait for one."""
    profile = StoreSettings.model_validate({
        "slug": "busy", "platform": "magento", "url": url, "organisation": "nobody",
        "base_currency": "AUD", "timezone": "Australia/Sydney", "webhook_secret": SECRET,
        "credentials": {"bearer": TOKEN},
    })  # fmt: skip
    store = Store()
    store.apply(profile)
    store.save()
    return store


def _call(port: int, slug: str, a_second: int, seconds: int) -> tuple[list[_Lane], float]:
    """Send calls at an even pace; what each connection saw, and how long it all took."""
    lanes = [_Lane() for _ in range(_LANES)]
    begun = time.monotonic() + 0.2
    threads = [
        threading.Thread(target=_run, args=(lane, number, port, slug, a_second, seconds, begun))
        for number, lane in enumerate(lanes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return lanes, time.monotonic() - begun


def _run(
    lane: _Lane, number: int, port: int, slug: str, a_second: int, seconds: int, begun: float
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for call in range(number, a_second * seconds, _LANES):
        due = begun + call / a_second
        time.sleep(max(0.0, due - time.monotonic()))
        body = json.dumps({"orders": [call % _ORDERS + 1], "call": f"{a_second}-{call}"}).encode()
        stamp = str(int(time.time()))
        signed = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {"X-Timestamp": stamp, "X-Signature": signed.hexdigest()}
        try:
            connection.request("POST", f"/hooks/{slug}/", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            lane.refused += 1
            continue
        if answer.status == 200:
            lane.took.append(time.monotonic() - due)
        else:
            lane.refused += 1
    connection.close()


def _drain() -> float:
    """Seconds until no call waits."""
    started = time.monotonic()
    waiting = IncomingCall.objects.filter(state=IncomingCall.State.WAITING)
    while waiting.exists() and time.monotonic() - started < _DRAIN_SECONDS:
        time.sleep(0.1)
    return time.monotonic() - started
