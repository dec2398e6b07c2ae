"""`manage.py doctor`: look at the settings and every connection; exit 1 with what to fix."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from connector.doctor.examine import examine
from connector.doctor.findings import Severity


class Command(BaseCommand):
    help = "Check settings, database, broker, shops, Xero and mappings; say how to fix them."
    # It runs the system checks itself, as one finding among others.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {
            Severity.GOOD: self.style.SUCCESS,
            Severity.NOTE: self.style.WARNING,
            Severity.WRONG: self.style.ERROR,
        }
        wrong = 0
        for finding in examine():
            wrong += finding.level is Severity.WRONG
            self.stdout.write(str(finding), styles[finding.level])
        if wrong:
            self.stdout.write(f"{wrong} to fix.")
            raise SystemExit(1)
        self.stdout.write("Nothing must be fixed.")
