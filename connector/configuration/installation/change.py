"""What a form makes of the installation's settings: the checks are those of `config import`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from accounts_mapping.sections import paths
from accounts_mapping.sections.paths import Path, Subjects
from accounts_mapping.sections.section import Document
from connector.configuration.differences import shown, values_of
from connector.configuration.installation.apply import ApplyingInstallation, app_values
from connector.configuration.schema import FileSchema, XeroSection
from connector.configuration.stored import (
    XERO_SECRETS,
    known_alerts,
    load_known,
    logging_of,
    preferences,
    retries_of,
    xero_app,
)
from connector.configuration.variables import Expansion
from connector.configuration.versions.document import unusable
from connector.configuration.versions.refusals import Conflict, DraftRefused, Rival
from connector.lib.schema import dotted, faults
from connector.models import InstallationChange
from sync.models import Preferences
from xero.models import XeroApp

# What is one for a form, and its secrets apart: nobody reads them, but they change.
_ALERTS, _ADDRESSES = ("alerts",), ("alerts", "addresses")
_LAST = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """What became otherwise, and what a person should know beside it."""

    changes: tuple[str, ...]
    notices: tuple[str, ...]


def standing() -> Document:
    """The sections as the file has them. An alert's address is a variable; other secrets are
    left out."""
    row, app = preferences(), xero_app()
    stored = row.alerts or []
    found: Document = {
        "alerts": [
            ({"url": f"${{{known.variable}}}"} if known.url else {"email": alert["email"]})
            | {"severity": alert["severity"]}
            for alert, known in zip(stored, known_alerts(stored), strict=True)
        ],
        "logging": values_of(logging_of(row)),
        "retries": values_of(retries_of(row)),
    }
    if app is not None:
        found["xero"] = app_values(app)
    return found


def seen(*sections: str) -> str:
    """For a form's hidden field: what of these sections it shows."""
    return paths.seen({path: value for path, value in _marks().items() if path[0] in sections})


def seen_of(app: XeroApp | None) -> str:
    """The same of the section of this app, which somebody has read already."""
    return paths.seen(_subjects({"xero": app_values(app)} if app is not None else {}))


def change(edits: Document, *, author: Any, seen: str | None) -> Changed:
    """Set what a form holds: whole sections, as the file has them; what a section does not name
    stays. The address of an alert that is kept is its variable.

    Raises DraftRefused, by field of the file; Conflict where somebody else changed the same since
    `seen`; ValueError where that is none.
    """
    with transaction.atomic():
        Preferences.load()
        Preferences.objects.select_for_update().get(pk=1)
        now = standing()
        whole = {key: now.get(key, {}) | value if isinstance(value, dict) else value
                 for key, value in edits.items()}  # fmt: skip
        taken = _merged(now, _checked(whole), seen)
        secrets = {key: value for key, value in edits.get("xero", {}).items()
                   if key in XERO_SECRETS}  # fmt: skip
        return _applied(_put(now, taken, secrets), author)


def _put(now: Document, taken: Subjects, secrets: Document) -> Document:
    """The sections of which something is otherwise, whole."""
    found: Document = {}
    for path, value in taken.items():
        if path == _ALERTS:
            found["alerts"] = value
        else:
            section = found.setdefault(path[0], dict(now.get(path[0], {})))
            section[path[1]] = value
    if secrets:
        found["xero"] = {**now.get("xero", {}), **found.get("xero", {}), **secrets}
    return found


def _applied(document: Document, author: Any) -> Changed:
    if not document:
        return Changed((), ())
    texts = [str(alert.get("url", "")) for alert in document.get("alerts", ())]
    applying = ApplyingInstallation(_read(document), author, InstallationChange.Origin.PAGES)
    applying.run(texts)
    return Changed(tuple(applying.changes), tuple(applying.notices))


def _checked(document: Document) -> Document:
    """The sections, written out anew. Raises DraftRefused."""
    read = _read(document)
    found: Document = {}
    for key in document:
        if key == "alerts":
            pairs = zip(document[key], read.alerts, strict=True)
            found[key] = [_written(one, alert.severity) for one, alert in pairs]
        elif key == "xero" and read.xero is not None:
            found[key] = _without_secrets(read.xero)
        else:
            found[key] = values_of(getattr(read, key))
    return found


def _written(alert: dict[str, Any], severity: str) -> dict[str, Any]:
    return {key: alert[key].strip() for key in ("url", "email") if alert.get(key)} | {
        "severity": severity
    }


def _read(document: Document) -> FileSchema:
    """As `config import` reads it, with no variable but those of what is stored."""
    expansion = Expansion(document, lambda name: None, load_known())
    errors: dict[str, list[str]] = {}
    for line in expansion.problems:
        place = line.partition(": ")[0]
        errors.setdefault(place, ["is not stored any more: type it again"])
    for place, message in unusable(document, ()):
        errors.setdefault(place, []).append(message)
    try:
        read = FileSchema.model_validate(
            {"version": "1", **expansion.value}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        for path, message in faults(error):
            errors.setdefault(dotted(path), [message])
        raise DraftRefused(errors) from None
    if errors:
        raise DraftRefused(errors)
    return read


def _without_secrets(section: XeroSection) -> Document:
    return {key: value for key, value in values_of(section).items() if key not in XERO_SECRETS}


def _subjects(document: Document) -> Subjects:
    """What two people change apart: each setting, and all alerts."""
    found: Subjects = {}
    for section, value in document.items():
        if isinstance(value, dict):
            found |= {(section, key): item for key, item in value.items()}
        else:
            found[(section,)] = value
    return found


def _marks() -> Subjects:
    stored = preferences().alerts or []
    return _subjects(standing()) | {_ADDRESSES: [alert.get("url", "") for alert in stored]}


def _merged(now: Document, wanted: Document, seen: str | None) -> Subjects:
    """What of the edits is new. Raises Conflict, ValueError."""
    theirs, mine = _marks(), _subjects(wanted)
    showed = None if seen is None else paths.read_seen(seen)
    taken: Subjects = {}
    fought: Subjects = {}
    for path, value in mine.items():
        if value == theirs.get(path):
            continue
        same = showed is None or all(
            paths.same(theirs.get(one), showed.get(one))
            for one in ((path, _ADDRESSES) if path == _ALERTS else (path,))
        )
        if same:
            taken[path] = value
        elif showed is not None and not paths.same(value, showed.get(path)):
            fought[path] = value
    if fought:
        again = paths.seen({p: v for p, v in theirs.items() if p[0] in wanted})
        raise Conflict(_rivals(now, fought), again)
    return taken


def _rivals(now: Document, fought: Subjects) -> Iterator[Rival]:
    rows = list(InstallationChange.objects.select_related("author").order_by("-pk")[:_LAST])
    for path, mine in fought.items():
        by = next((row for row in rows if _touches(row.changes, path)), None)
        theirs = shown(paths.value_at(now, path))
        yield Rival(path, theirs, mine, by.author if by else None, by.at if by else None)


def _touches(lines: Iterable[str], path: Path) -> bool:
    return any(line.startswith((f"{dotted(path)}:", f"{dotted(path)}[")) for line in lines)
