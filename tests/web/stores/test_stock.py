"""Stock levels that come in: a signed call, a table on the store's page, a command."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from connector.lib import clock
from stores.models import Store
from stores.signatures import signature
from sync.models import MasterLevel
from tests.web.factories import StoreFactory

SECRET = "hush"
GOOD = {"levels": [{"sku": "MUG", "quantity": "12"}, {"sku": "A/B", "quantity": 0.5}]}


@pytest.fixture
def store(db: None) -> Store:
    store = StoreFactory(slug="au", webhook_secret=SECRET)
    store.settings = {**store.settings, "streams": {"stock": "master"}}
    store.save()
    return store


def call(body: Any, *, at: float | None = None, secret: str = SECRET, slug: str = "au") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.timestamp() if at is None else at))
    headers = {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, raw)}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/stock/{slug}/", raw, content_type="application/json", headers=headers)


def kept() -> dict[str, tuple[str, str]]:
    return {row.sku: (str(row.wanted.normalize()), row.state) for row in MasterLevel.objects.all()}


def test_a_signed_call_is_kept_and_rung_for(store: Store, rung: list[tuple[Any, ...]]) -> None:
    answer = call(GOOD)

    assert (answer.status_code, answer.json()) == (200, {"accepted": 2})
    assert not answer.cookies
    assert kept() == {"MUG": ("12", "pending"), "A/B": ("0.5", "pending")}
    assert rung == [("sync.push_stock", store.pk)]


def test_a_call_that_is_not_believed_leaves_nothing(
    store: Store, rung: list[tuple[Any, ...]]
) -> None:
    now = clock.timestamp()
    large = b'{"levels": [' + b" " * 1024 * 1024 + b"]}"
    refused = [
        call(GOOD, secret="other"),
        call(GOOD, at=now - 400),
        call(GOOD, at=now + 400),
        call(GOOD, slug="nobody"),
        Client().post("/stock/au/", json.dumps(GOOD), content_type="application/json"),
        call(large),
        call({"levels": [{"sku": "MUG", "quantity": "12"}, {"sku": "BAG", "quantity": "x"}]}),
    ]

    assert [answer.status_code for answer in refused] == [401, 401, 401, 401, 401, 413, 400]
    assert refused[-1].json()["errors"] == [
        'levels[1].quantity: "x" is not a number such as 12 or 12.5'
    ]
    assert (kept(), rung) == ({}, [])


def test_a_store_without_a_secret_believes_nobody(store: Store) -> None:
    Store.objects.update(webhook_secret="")

    assert call(GOOD, secret="").status_code == 401
    assert kept() == {}


def test_a_store_whose_stock_has_no_outside_master_says_so(
    store: Store, rung: list[tuple[Any, ...]]
) -> None:
    store.settings = {**store.settings, "streams": {"stock": "to_store"}}
    store.save()

    answer = call(GOOD)

    assert answer.status_code == 409
    assert "streams.stock: master" in answer.json()["errors"][0]
    assert (kept(), rung) == ({}, [])


def test_the_newest_word_wins_and_the_same_call_twice_is_one(
    store: Store, rung: list[tuple[Any, ...]]
) -> None:
    now = clock.timestamp()
    newer, older = ({"levels": [{"sku": "MUG", "quantity": q}]} for q in ("5", "9"))

    accepted = [call(newer, at=now), call(older, at=now - 60)]
    MasterLevel.objects.update(state="written")
    accepted.append(call(newer, at=now))

    assert [answer.json()["accepted"] for answer in accepted] == [1, 0, 0]
    assert kept() == {"MUG": ("5", "written")}
    assert len(rung) == 1
    # Said anew it is written anew: the shop has sold meanwhile.
    assert call(newer, at=now + 1).json() == {"accepted": 1}
    assert kept() == {"MUG": ("5", "pending")}


def test_a_table_is_uploaded_on_the_page(
    store: Store, page: Client, rung: list[tuple[Any, ...]]
) -> None:
    table = SimpleUploadedFile("stock.csv", b"sku;quantity\nMUG;7\n")

    answer = page.post("/stores/au/stock/", {"file": table}, follow=True)

    assert ": 1." in answer.text
    assert kept() == {"MUG": ("7", "pending")}


def test_a_table_with_a_bad_line_changes_nothing(
    store: Store, page: Client, rung: list[tuple[Any, ...]]
) -> None:
    table = SimpleUploadedFile("stock.csv", b"sku,quantity\nMUG,7\nBAG,<b>\n")

    answer = page.post("/stores/au/stock/", {"file": table})

    assert answer.status_code == 422
    assert "line 3, quantity: &quot;&lt;b&gt;&quot; is not a number" in answer.text
    assert (kept(), rung) == ({}, [])


def test_the_page_says_what_is_held(store: Store, page: Client) -> None:
    said = {"store": store, "said_at": clock.now() - timedelta(hours=1), "version": "1"}
    told = [{"code": "stock_sku_unknown", "message": "The shop has no product X.", "field": "sku"}]
    MasterLevel.objects.create(sku="X", wanted_units=25000, state="held", reasons=told, **said)

    text = page.get("/stores/au/stock/").text

    assert "The shop has no product X." in text
    assert ">2.5<" in text
    assert SECRET not in text


def test_the_command_imports_a_table(
    store: Store, tmp_path: Path, rung: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("sku,quantity\nMUG,7\n")

    call_command("stock", "import", "--store", "au", "--dry-run", str(file))
    assert kept() == {}
    call_command("stock", "import", "--store", "au", str(file))

    assert kept() == {"MUG": ("7", "pending")}
    assert ": 1 of 1." in capsys.readouterr().out
    file.write_text("sku,quantity\nMUG,7\nBAG,-1\n")
    with pytest.raises(CommandError, match=r"line 3, quantity: .* is negative"):
        call_command("stock", "import", "--store", "au", str(file))
    with pytest.raises(CommandError, match="There is no store"):
        call_command("stock", "import", "--store", "nobody", str(file))
    assert kept() == {"MUG": ("7", "pending")}
