"""The demo and `serve` as a person starts them: real processes, real sockets."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from connector.demo import place
from connector.demo.checking import Mismatch, Sold, compare, of_shops
from connector.processes.ports import free_port

# --- the comparison -------------------------------------------------------------------------


def order(number: str) -> Sold:
    return Sold(number, "AUD", total=Decimal("110.00"), tax=Decimal("10.00"), due=Decimal(0))


def invoice(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "InvoiceNumber": number, "Status": "PAID", "CurrencyCode": "AUD", "Total": Decimal(110),
        "TotalTax": Decimal(10), "AmountDue": Decimal("0.00"),
    } | changes  # fmt: skip


def test_equal_amounts_written_differently_are_no_difference() -> None:
    found = compare("AU-", [order("1")], [invoice("AU-1")])

    assert (found.in_xero, found.not_in_xero, found.differences) == (["1"], [], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Total": Decimal("110.01")}, "AU-1: total 110.00 in the shop, 110.01 in Xero"),
        ({"TotalTax": Decimal("9.99")}, "AU-1: tax 10.00 in the shop, 9.99 in Xero"),
        ({"AmountDue": Decimal(110)}, "AU-1: amount due 0 in the shop, 110 in Xero"),
        ({"CurrencyCode": "NZD"}, "AU-1: currency AUD in the shop, NZD in Xero"),
    ],
)
def test_every_figure_that_differs_is_told(changes: dict[str, Any], said: str) -> None:
    found = compare("AU-", [order("1")], [invoice("AU-1", **changes)])

    assert [str(difference) for difference in found.differences] == [said]


def test_an_invoice_without_an_order_and_one_posted_twice_are_differences() -> None:
    found = compare("AU-", [order("1")], [invoice("AU-1"), invoice("AU-1"), invoice("AU-9")])

    assert [str(difference) for difference in found.differences] == [
        "AU-1: invoices 1 in the shop, 2 in Xero",
        "AU-9: invoices 0 in the shop, 1 in Xero",
    ]


def test_a_voided_invoice_counts_as_none() -> None:
    found = compare("AU-", [order("1")], [invoice("AU-1", Status="VOIDED")])

    assert (found.in_xero, found.not_in_xero, found.differences) == ([], ["1"], [])


def test_the_invoices_of_an_organisation_are_told_apart_by_the_shops_prefixes() -> None:
    books = [invoice("AU-1"), invoice("OC-1"), invoice("XX-1"), invoice("YY-1", Status="VOIDED")]

    found, strangers = of_shops(["AU-", "OC-"], books)

    assert found == [[books[0]], [books[1]]]
    assert strangers == [Mismatch("XX-1", "invoices", "0", "1")]


# --- its own place --------------------------------------------------------------------------


def test_the_demo_unsets_every_setting_that_leads_to_real_data() -> None:
    text = (settings.BASE_DIR / "connector" / "settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|env\.ENVIRON\.get)\(\s*"([A-Z_]+)"', text))

    assert read == set(place.SETTINGS)


def test_the_demos_environment_knows_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://books.example.com/real")
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")

    variables = place.environment(tmp_path, 8123)

    assert "DATABASE_URL" not in variables
    assert "SECRET_KEY_FILE" not in variables
    assert variables["DATA_DIR"] == str(tmp_path)
    assert variables["PUBLIC_URL"] == "http://localhost:8123"
    assert variables["XERO_API_URL"].startswith("http://127.0.0.1:")


# --- real processes -------------------------------------------------------------------------

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `manage.py ARGUMENTS` with a DATA_DIR of this test; all of it is gone afterwards."""
    started = []
    ours = {*place.SETTINGS, *(f"{name}_FILE" for name in place.SETTINGS)}
    env = {k: v for k, v in os.environ.items() if k not in ours} | {"DATA_DIR": str(tmp_path)}

    def run(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def family_of(data_dir: Path) -> set[int]:
    """The processes whose environment names a DATA_DIR within this directory.

    All but the broker, whose title is written over its environment.
    """
    return _processes("environ", f"DATA_DIR={data_dir}")


def broker_at(address: str) -> set[int]:
    """The broker that listens at this address, by its title."""
    return _processes("cmdline", address.strip().removeprefix("redis+socket://"))


def _processes(file: str, text: str) -> set[int]:
    found = set()
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (directory / file).read_bytes():
                found.add(int(directory.name))
        except OSError:
            continue
    return found


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"ended without {text!r}:\n{seen}")


def wait_for_family(data_dir: Path, members: int) -> int:
    """How many they are, once they are as many as expected or half a minute is over."""
    deadline = time.monotonic() + 30
    while (count := len(family_of(data_dir))) != members and time.monotonic() < deadline:
        time.sleep(0.1)
    return count


def wait_until_gone(data_dir: Path, seconds: float = 10) -> set[int]:
    """What is left of the family once the time is over; as soon as possible, nothing."""
    deadline = time.monotonic() + seconds
    while (left := family_of(data_dir)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@pytest.mark.process
def test_once_accounts_for_every_order_and_leaves_nothing_running(
    start: Start, tmp_path: Path
) -> None:
    process = start("demo", "--once", "--orders", "12", "--port", str(free_port()))
    output, _ = process.communicate(timeout=120)

    assert process.returncode == 0, output
    assert re.search(r"^Orders +12$", output, re.MULTILINE)
    assert re.search(r"^Differences +0$", output, re.MULTILINE)
    assert re.search(r"^First invoice in Xero after \d", output, re.MULTILINE)
    assert wait_until_gone(tmp_path) == set()
    # Beside its own directory, only the keys that every command makes.
    assert {path.name for path in tmp_path.iterdir()} == {
        "demo", "demo.lock", "secret_key", "field_encryption_keys",
    }  # fmt: skip


def test_a_busy_port_is_named_and_nothing_is_started(start: Start, tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process = start("demo", "--port", str(port))
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Port {port} cannot be used" in output
    assert f"--port {port + 1}" in output
    assert not (tmp_path / "demo").exists()


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_all_of_the_demo_ends_with_its_one_process(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = start("demo", "--orders", "4", "--port", str(free_port()))
    output = read_until(process, "Ctrl-C ends it all")
    assert re.search(r"log in as +demo +\S{16}$", output, re.MULTILINE)
    # itself, stand-in, five shops, web and its worker, celery and its two, beat
    assert wait_for_family(tmp_path, 13) == 13
    broker = (tmp_path / "demo" / "broker.url").read_text()
    assert len(broker_at(broker)) == 1

    process.send_signal(number)

    assert process.wait(20) == (-9 if number is signal.SIGKILL else 0)
    assert wait_until_gone(tmp_path) == set()
    assert broker_at(broker) == set()


@pytest.mark.process
def test_the_demo_ends_when_a_part_of_it_does_and_says_which(start: Start, tmp_path: Path) -> None:
    process = start("demo", "--orders", "2", "--port", str(free_port()))
    read_until(process, "Ctrl-C ends it all")
    beats = [
        pid for pid in family_of(tmp_path)
        if b"celery.beat:Scheduler" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]  # fmt: skip
    assert len(beats) == 1

    os.kill(beats[0], signal.SIGKILL)

    assert "beat ended by signal 9" in read_until(process, "ended")
    assert process.wait(20) == 1
    assert wait_until_gone(tmp_path) == set()


@pytest.mark.process
def test_a_second_demo_in_the_same_place_is_refused(start: Start, tmp_path: Path) -> None:
    first = start("demo", "--orders", "2", "--port", str(free_port()))
    read_until(first, "Starting")

    second = start("demo", "--orders", "2", "--port", str(free_port()))
    output, _ = second.communicate(timeout=60)

    assert second.returncode == 1
    assert "A demo is running in" in output
    assert first.poll() is None


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_serve_answers_and_ends_with_all_it_started(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    process = start("serve", "--port", str(port))
    read_until(process, f"listening on 127.0.0.1:{port}")

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"ok\n")
    # itself, web and its worker, celery and its two, beat
    assert wait_for_family(tmp_path, 7) == 7
    broker = (tmp_path / "broker.url").read_text()
    assert len(broker_at(broker)) == 1
    process.send_signal(number)

    assert process.wait(20) == (-9 if number is signal.SIGKILL else 0)
    assert wait_until_gone(tmp_path) == set()
    assert broker_at(broker) == set()
