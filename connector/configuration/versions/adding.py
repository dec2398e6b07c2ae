"""A store that is not there yet."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from accounts_mapping.models import MappingVersion
from accounts_mapping.sections.section import Document
from connector.configuration.applying import Applying
from connector.configuration.schema import FileSchema
from connector.configuration.stored import load_known
from connector.configuration.versions.document import SWITCH, check
from connector.configuration.versions.refusals import DraftRefused
from stores.models import Store


def add(document: Document, *, secrets: Document, author: Any) -> Store:
    """A new store of this section, switched off. Raises DraftRefused, by field of the section."""
    slug = str(document.get("slug", ""))
    taken = {"slug": ["there is a store of this name already"]}
    there = Store.objects.filter(slug=slug).first()
    if there is not None and there.archived:
        away = f"{there.name} has this name and is archived: take it back on its page, or choose"
        raise DraftRefused({"slug": [f"{away} another name"]})
    if there is not None:
        raise DraftRefused(taken)
    known = load_known()
    checked = check(Store(slug=slug, enabled=False), document, known, secrets)
    if checked.section is None:
        raise DraftRefused(checked.errors)
    section = checked.section.model_copy(update={SWITCH: False})
    configuration = FileSchema(version="1", stores=(section,))
    try:
        with transaction.atomic():
            Applying(configuration, known, author, origin=MappingVersion.Origin.PAGES).only_stores()
    except IntegrityError:
        raise DraftRefused(taken) from None
    return Store.objects.get(slug=slug)
