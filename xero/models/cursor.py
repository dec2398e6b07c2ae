"""How far each list of Xero has been read."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from xero.documents.kinds import SPECS, WITH_BALANCE
from xero.models.mirror import OVERLAP, MirrorDocument
from xero.models.organisation import Organisation


class MirrorCursorQuerySet(ClaimQuerySet["MirrorCursor"]):
    def told(self) -> MirrorCursorQuerySet:
        """Lists of which Xero said that they changed, since they were last read to the end."""
        return self.filter(changed_at__gt=F("position"))


class MirrorCursor(Claimable):
    """How far one list of one organisation has been read.

    `position` is the moment up to which everything is known (null: never read to the end).
    A run that began at `run_started_at` reads what changed since `run_since` and continues
    with `next_page`; it moves `position` only when its last page is stored. One process
    at a time has it claimed and reads. `changed_at` is when Xero last said that something in the
    list changed. `compared_to` is the `position` up to which what was read has been compared with
    what is known here: a process may die between the two.
    """

    class Kind(models.TextChoices):
        CONTACTS = "contacts", "Contacts"
        INVOICES = "invoices", "Invoices"
        CREDIT_NOTES = "credit_notes", "Credit notes"
        ITEMS = "items", "Items"
        PAYMENTS = "payments", "Payments"
        BANK_TRANSACTIONS = "bank_transactions", "Money received"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="mirror_cursors"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    position = models.DateTimeField(null=True)
    run_started_at = models.DateTimeField(null=True)
    run_since = models.DateTimeField(null=True)
    next_page = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    compared_to = models.DateTimeField(null=True)

    objects = MirrorCursorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="one_mirror_cursor")
        ]

    def __str__(self) -> str:
        return f"{self.kind} up to {self.position}"

    def claim(self, lease: timedelta, *, whole: bool = False) -> bool:
        """Become the one reader, of the run that is under way or of a new one.

        `whole`: the run reads everything, not only what changed.
        """
        now, token = clock.now(), uuid.uuid4().hex
        if not MirrorCursor.objects.filter(pk=self.pk).claim(token, lease):
            return False
        self.refresh_from_db()
        self.claimed_by = token
        if self.run_started_at is None:
            self.run_started_at, self.next_page = now, 1
            self.run_since = self.position - OVERLAP if self.position else None
            self._keep(lease, "run_started_at", "run_since", "next_page")
        if whole and self.run_since is not None:
            self.run_since, self.next_page = None, 1
            self._keep(lease, "run_since", "next_page")
        return True

    def advance(self, lease: timedelta, *, done: bool) -> bool:
        """The page `next_page` is about to be stored; the last one moves `position`.

        False, and nothing changed, if the claim has passed to another.
        """
        if done:
            self.position, self.run_started_at, self.run_since = self.run_started_at, None, None
        self.next_page = 1 if done else self.next_page + 1
        return self._keep(lease, "position", "run_started_at", "run_since", "next_page")

    def let_go(self) -> None:
        """Give the claim up, if it is still ours."""
        MirrorCursor.objects.filter(pk=self.pk).release(self.claimed_by)

    def _keep(self, lease: timedelta, *names: str) -> bool:
        """Save these columns while the claim is ours, and go on holding it."""
        rows = MirrorCursor.objects.filter(pk=self.pk)
        changes = {name: getattr(self, name) for name in names}
        return rows.keep(self.claimed_by, lease, **changes) == 1


# The list in which each kind of document is read.
LIST_OF = {
    MirrorDocument.Kind(kind): MirrorCursor.Kind(SPECS[kind].mirror) for kind in WITH_BALANCE
}
