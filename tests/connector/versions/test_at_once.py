"""Several people at one draft at the same moment, with real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts_mapping.models import DraftChange, MappingVersion
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit
from connector.configuration.versions.publish import publish
from connector.configuration.versions.refusals import Conflict, Outdated
from stores.models import Store
from tests.connector.test_configuration_reading import STORE

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ("sales", "shipping", "discounts", "other_income", "rounding", "gift_cards")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of them in threads of their own that begin together; what each came to."""
    begin, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int) -> None:
        begin.wait(10)
        try:
            results[index] = acts[index]()
        except (Conflict, Outdated) as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return results


@pytest.fixture
def store() -> Store:
    import_configuration(STORE, lookup={}.get)
    return Store.objects.get()


def test_edits_of_different_subjects_at_once_are_all_kept(store):
    seen = draft(store).seen("accounts")

    def setting(field: str) -> Callable[[], object]:
        return lambda: edit(store, ("accounts", field), "200", author=None, seen=seen)

    results = at_once(*map(setting, FIELDS))
    assert not [one for one in results if isinstance(one, Exception)]
    assert {one.field for one in draft(store).changes} == {f"accounts.{one}" for one in FIELDS}
    assert draft(store).revision == len(FIELDS)


def test_of_edits_of_one_subject_at_once_one_is_kept_and_the_others_are_told(store):
    seen = draft(store).seen("accounts")

    def setting(code: int) -> Callable[[], object]:
        return lambda: edit(store, ("accounts", "sales"), str(code), author=None, seen=seen)

    results = at_once(*map(setting, range(201, 206)))
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 4
    kept = draft(store).value("accounts", "sales")
    assert {one.rivals[0].theirs for one in refused} == {kept}


def test_a_draft_that_two_publish_at_once_is_published_once(store):
    revision = edit(store, ("accounts", "sales"), "200", author=None, seen=None).revision
    results = at_once(*[lambda: publish(store, revision=revision, author=None)] * 3)
    assert sum(isinstance(one, Outdated) for one in results) == 2
    assert MappingVersion.objects.count() == 2
    assert not DraftChange.objects.exists()


def test_a_file_and_a_publication_at_once_lose_nothing_of_each_other(store):
    revision = edit(store, ("accounts", "sales"), "200", author=None, seen=None).revision
    file = STORE + "    accounts: {shipping: '202'}\n"
    at_once(
        lambda: publish(store, revision=revision, author=None),
        lambda: import_configuration(file, lookup={}.get),
    )
    versions = list(MappingVersion.objects.order_by("number"))
    assert [one.number for one in versions] == [1, 2, 3]
    # Whichever came second saw what the first had made live: the file replaces all of it, the
    # draft only what it changes.
    last = versions[-1].section["accounts"]
    if versions[-1].origin == MappingVersion.Origin.FILE:
        assert last == {"shipping": "202"}
    else:
        assert last == {"sales": "200", "shipping": "202"}
