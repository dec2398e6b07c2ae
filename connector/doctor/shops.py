"""The shops: what each answers to its keys, also those of stores that are switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from connector.doctor.findings import (
    CONNECT,
    XERO,
    Finding,
    Place,
    Severity,
    failed,
    good,
    note,
    wrong,
)  # fmt: skip
from connector.doctor.patience import Patience
from connector.lib.errors import ConnectorError
from connector.lib.outgoing import http
from connector.lib.schema import problems
from stores import registry
from stores.models import Store

_AT_ONCE = 16
KEYS = "dashboard:store-keys"
SETTINGS = "dashboard:store-edit"


class AskedShops:
    """Shops that are being asked, all at the same time: one that is silent must not delay the
    others. They answer while something else is looked at."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
        language = translation.get_language()
        self._answers = {
            store.pk: self._pool.submit(_probed_in, language, store) for store in stores
        }

    def answers(self, patience: Patience) -> Mapping[int, Future[Finding]]:
        """By store, those that have answered by the time that patience is over."""
        done = wait(self._answers.values(), timeout=patience.left).done
        self._pool.shutdown(wait=False, cancel_futures=True)
        return {pk: one for pk, one in self._answers.items() if one in done}


def shops(
    stores: Sequence[Store], asked: AskedShops, patience: Patience, *, alone: bool = False
) -> Iterator[Finding]:
    """`alone`: somebody asks for one of them, who wants to know whether it would work switched
    on; among all, what is wrong with a shop that is not read hinders nothing."""
    if not stores:
        yield note(
            _("stores"),
            _("none is configured yet"),
            _("Add one, or import a configuration."),
            Place("dashboard:stores"),
        )
        return
    answers = asked.answers(patience)
    for store in stores:
        answer = answers.get(store.pk)
        found = answer.result() if answer else note(_subject(store), patience.said)
        yield found if store.enabled else _of_one_that_is_off(found, alone=alone)
        yield from _beside(store)


def _of_one_that_is_off(found: Finding, *, alone: bool) -> Finding:
    text = _("is switched off; %(answer)s") % {"answer": found.text}
    return replace(found, text=text, level=found.level if alone else Severity.NOTE)


def _beside(store: Store) -> Iterator[Finding]:
    """What is said of a store without its shop."""
    platform = registry.profile(store.platform)
    if warning := platform.overheard(store.profile.url, store.credentials or ()):
        sentence, _dot, fix = warning.rpartition(". ")
        yield note(_subject(store), sentence, fix, Place(SETTINGS, store.slug, "url"))
    if store.organisation is None:
        missing = {"name": store.organisation_name}
        yield note(
            _subject(store),
            _('no organisation "%(name)s" is connected') % missing,
            CONNECT,
            XERO,
        )


def _subject(store: Store) -> str:
    return _("store %(slug)s") % {"slug": store.slug}


def _probed_in(language: str | None, store: Store) -> Finding:
    """In the language of who asked: a thread has none of its own."""
    with translation.override(language):
        return _probed(store)


def _probed(store: Store) -> Finding:
    """What the shop answers. No database is used: this runs in a thread."""
    subject, keys = _subject(store), Place(KEYS, store.slug)
    if not store.credentials:
        return wrong(subject, _("has no credentials"), _("Enter them on the store's page."), keys)
    try:
        adapter_class = registry.adapter_class(store.platform)
        credentials = adapter_class.Credentials.model_validate(store.credentials)
        session = http.session(connect_timeout=3, read_timeout=10, total_timeout=20)
        facts = adapter_class(credentials, session, url=store.profile.url).probe()
    except ValidationError as error:
        lacking = "; ".join(problems(error, ("credentials",)))
        return wrong(subject, lacking, _("Enter them anew."), keys)
    except ConnectorError as error:
        return failed(subject, error, keys)
    if facts.warnings:
        warned = {"warnings": " ".join(facts.warnings)}
        return note(subject, _("answers, but: %(warnings)s") % warned, at=keys)
    said = {"name": facts.name or store.name, "version": facts.version}
    return good(subject, (_("%(name)s answers %(version)s") % said).rstrip(), keys)
