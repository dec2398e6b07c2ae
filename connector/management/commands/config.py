"""`manage.py config export FILE` and `config import FILE [--dry-run]`; FILE may be `-`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, ProgrammingError

from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.reading import FileRefused, decoded
from connector.configuration.yaml_text import MAX_BYTES


class Command(BaseCommand):
    help = "Write the whole configuration to a YAML file, or apply such a file."

    def add_arguments(self, parser: CommandParser) -> None:
        # No sub-parsers: with those, Django's own options would have to stand before the action.
        parser.add_argument("action", choices=["export", "import"])
        parser.add_argument("file", help='the YAML file; "-" is standard output or input')
        parser.add_argument(
            "--dry-run", action="store_true", help="import: only say what would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        try:
            if options["action"] == "export":
                self._export(name)
            else:
                self._import(name, dry_run=options["dry_run"])
        except OSError as error:
            self._fail([f"{name}: {error.strerror or error}"])
        except (OperationalError, ProgrammingError) as error:
            self._fail([f"database: {error}; run `python manage.py migrate` if it is new"])
        except FileRefused as refusal:
            self._fail(refusal.lines)

    def _export(self, name: str) -> None:
        text = exported()
        if name == "-":
            self.stdout.write(text, ending="")
        else:
            _replace(Path(name), text)
            self.stdout.write(f"written to {name}")

    def _import(self, name: str, *, dry_run: bool) -> None:
        report = import_configuration(_read(name), dry_run=dry_run)
        for line in report.lines:
            self.stdout.write(line)
        if dry_run:
            self.stderr.write("Dry run: nothing was changed.", self.style.NOTICE)

    def _fail(self, lines: list[str]) -> None:
        """One line for each fault and nothing else: no "CommandError:" before the first."""
        for line in lines:
            self.stderr.write(line)
        raise SystemExit(1)


def _read(name: str) -> str:
    """The file's text; never more of it is read than a configuration may be long."""
    if name == "-":
        return decoded(sys.stdin.buffer.read(MAX_BYTES + 1))
    with Path(name).open("rb") as file:
        return decoded(file.read(MAX_BYTES + 1))


def _replace(path: Path, text: str) -> None:
    """Write the file in one step: readers see the old text or the new, never half of it."""
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe
        path.write_text(text, encoding="utf-8")
        return
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
