"""Likely duplicates: shown two by two, decided by a person, with who and when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounting.contacts.persons import Person
from stores.models import Store
from sync.contacts import duplicates
from sync.contacts.directory import load_contacts
from sync.models import ContactDecision, Posting, ShopWrite
from tests.web.factories import OrganisationFactory, StoreFactory, reason
from xero.models import MirrorContact, Organisation
from xero.models.mirror import likeness, normal_email, normal_name

ADDRESS = "/customers/duplicates/"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def organisation(db: None) -> Organisation:
    return StoreFactory(slug="au").organisation


def contact(organisation: Organisation, name: str, email: str = "", **fields: Any) -> MirrorContact:
    number = MirrorContact.objects.count() + 1
    return MirrorContact.objects.create(
        organisation=organisation, contact_id=f"id-{number}", name=name, name_key=normal_name(name),
        email=email, email_key=normal_email(email), likeness=likeness(name),
        **{"status": "ACTIVE", "updated_utc": NEW_YEAR + timedelta(days=number)} | fields,
    )  # fmt: skip


def names(text: str) -> list[str]:
    """The contacts on the page, from top to bottom."""
    return re.findall(r'<th scope="row"><a [^>]*><bdi>([^<]+)</bdi>', text)


def decide(page: Client, one: str, other: str, keep: str) -> str:
    organisation = Organisation.objects.get(contacts__contact_id=one)
    return page.post(
        f"{ADDRESS}decide/",
        {"organisation": organisation.pk, "one": one, "other": other, "keep": keep},
        follow=True,
    ).text


def test_without_an_organisation_the_page_says_what_will_appear(page: Client) -> None:
    assert "Once an organisation of Xero is connected" in page.get(ADDRESS).text


def test_two_contacts_with_one_e_mail_are_shown_the_older_first(
    page: Client, organisation: Organisation
) -> None:
    details = {"Phone": {"PhoneNumber": "0400"}, "POBOX": {"City": "Perth", "Country": "AU"}}
    contact(organisation, "Ann Lee", "ann@example.com", details=details)
    contact(organisation, "A. Lee", "ANN@example.com", contact_number="S1:7")
    contact(organisation, "Gone", "ann@example.com", status="ARCHIVED")
    contact(OrganisationFactory(name="Other"), "Ann of another", "ann@example.com")

    text = page.get(ADDRESS).text

    assert names(text) == ["Ann Lee", "A. Lee"]
    assert "The same e-mail" in text
    assert "0400" in text
    assert "Perth, AU" in text
    assert "S1:7" in text


def test_names_are_compared_by_themselves(page: Client, organisation: Organisation) -> None:
    contact(organisation, "John Smith", "john@example.com")
    contact(organisation, "John Smith (smith@example.org)", "smith@example.org")

    assert names(page.get(ADDRESS).text) == []
    text = page.get(f"{ADDRESS}?by=name").text
    assert names(text) == ["John Smith", "John Smith (smith@example.org)"]
    assert "The same name, another e-mail" in text


def test_the_same_person_is_remembered_with_who_said_so(
    page: Client, ana: Any, organisation: Organisation
) -> None:
    for name in ("Old", "New"):
        contact(organisation, name, "ann@example.com")

    text = decide(page, "id-1", "id-2", keep="id-2")

    assert "New is used instead of Old from now on." in text
    assert names(text) == []
    (decision,) = ContactDecision.objects.all()
    assert (decision.kept_id, decision.replaced_id) == ("id-2", "id-1")
    assert (decision.decided_by, decision.withdrawn_at) == (ana, None)
    person = Person("email:ann@example.com", "Ann", "Ann", email="ann@example.com")
    known = load_contacts(organisation, organisation.stores.get().pk, [person])
    assert [one.merged_to for one in known.by_email("ann@example.com")] == ["id-2", ""]


def test_different_people_are_not_shown_again_until_it_is_taken_back(
    page: Client, ana: Any, organisation: Organisation
) -> None:
    for name in ("Ann", "Bob"):
        contact(organisation, name, "office@example.com")

    assert names(decide(page, "id-2", "id-1", keep="")) == []

    (decision,) = ContactDecision.objects.all()
    assert (decision.first_id, decision.kept_id, decision.replaced_id) == ("id-1", "", "")
    text = page.post(f"{ADDRESS}take-back/", {"decision": decision.pk}, follow=True).text
    assert names(text) == ["Ann", "Bob"]
    decision.refresh_from_db()
    assert decision.withdrawn_by == ana
    assert (
        "had been taken back already"
        in page.post(f"{ADDRESS}take-back/", {"decision": decision.pk}, follow=True).text
    )
    assert names(decide(page, "id-1", "id-2", keep="id-1")) == []
    assert ContactDecision.objects.count() == 2


def test_what_somebody_decided_meanwhile_stands(page: Client, organisation: Organisation) -> None:
    for name in ("Ann", "Bob", "Cleo"):
        contact(organisation, name, "office@example.com")
    decide(page, "id-1", "id-2", keep="id-2")

    for one, other, keep in (
        ("id-1", "id-2", ""),
        ("id-1", "id-3", "id-3"),
        ("id-2", "id-1", "id-1"),
    ):
        assert "Nothing was changed." in decide(page, one, other, keep)
    decide(page, "id-2", "id-3", keep="id-3")
    assert "Nothing was changed." in decide(page, "id-1", "id-3", keep="id-1")

    standing = ContactDecision.objects.in_force()
    assert sorted(standing.values_list("replaced_id", "kept_id")) == [
        ("id-1", "id-2"), ("id-2", "id-3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [{"keep": "id-9"}, {"one": "id-9"}, {"other": "id-1"}, {"organisation": "x"}],
)
def test_a_form_that_makes_no_sense_is_refused(
    page: Client, organisation: Organisation, changes: dict[str, str]
) -> None:
    for name in ("Ann", "Bob"):
        contact(organisation, name, "office@example.com")
    form = {"organisation": organisation.pk, "one": "id-1", "other": "id-2", "keep": "id-1"}

    assert page.post(f"{ADDRESS}decide/", form | changes).status_code == 400
    assert not ContactDecision.objects.exists()


def test_pages_follow_each_other_and_each_pair_is_on_one_of_them(
    page: Client, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "PAGE_SIZE", 2)
    monkeypatch.setattr(duplicates, "SCAN", 12)
    for number in range(30):
        for twin in "AB" if number % 3 == 0 else "A":
            name = f"{twin} of {number}"
            contact(organisation, name, f"p{number * 7919:06d}@x{number}.com")
    seen: list[str] = []
    address = ADDRESS
    for _ in range(20):
        text = page.get(address).text
        seen += names(text)
        link = re.search(r'href="(\?after=\d+)" rel="next"', text)
        if link is None:
            break
        address = f"{ADDRESS}{link[1]}"
    assert len(seen) == 20
    assert set(seen) == {f"{twin} of {n}" for n in range(0, 30, 3) for twin in "AB"}


def test_changes_that_xero_refused_are_told_in_its_words(
    page: Client, organisation: Organisation
) -> None:
    said = [reason("refused", "Xero: The tax number is not valid.")]
    Posting.objects.create(
        organisation=organisation, store=organisation.stores.get(), source_kind="customer",
        source_id="customer:7", purpose="update", kind="contact", key="Ann Lee", payload="{}",
        state="dead", reasons=said,
    )  # fmt: skip

    text = page.get(ADDRESS).text

    assert "Changes that Xero refused" in text
    assert "<bdi>Ann Lee</bdi>" in text
    assert "The tax number is not valid." in text


def test_nobody_decides_without_a_log_in(organisation: Organisation) -> None:
    assert Client().get(ADDRESS).status_code == 302
    assert Client().post(f"{ADDRESS}decide/", {}).status_code == 302


def test_customers_that_the_shop_did_not_take_can_be_tried_again(
    page: Client, store: Store, rung: list[tuple[Any, ...]]
) -> None:
    said = reason("shop_refused", "The shop knows no country Atlantis.")
    row = ShopWrite.objects.create(
        store=store, what="customer", target="7", state="held", reasons=[said]
    )

    text = page.get("/customers/duplicates/").text
    assert "customer 7" in text
    assert "The shop knows no country Atlantis." in text
    assert page.post("/customers/tell-shop/", {"write": "x"}).status_code == 400
    page.post("/customers/tell-shop/", {"write": row.pk})
    row.refresh_from_db()

    assert (row.state, row.reasons) == ("pending", [])
    assert rung == [("sync.write_back", store.pk)]
    assert "Atlantis" not in page.get("/customers/duplicates/").text
