"""A local copy of contacts and document numbers, so that a known customer costs no call."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import Q

from xero.documents.facts import ContactFacts, PaymentTerms
from xero.models.organisation import Organisation

# Xero's clock is not ours, and it does not promise to list a change at once: what changed
# shortly before the last reading began is read again.
OVERLAP = timedelta(minutes=5)


def normal_name(name: str) -> str:
    """A name as it is compared: case folded, spaces collapsed (Xero compares likewise)."""
    return " ".join(name.split()).casefold()


def normal_email(email: str) -> str:
    """An e-mail address as it is compared: trimmed and case folded."""
    return email.strip().casefold()


def likeness(name: str) -> str:
    """A name stripped to what makes two of them the same person's or company's.

    Without accents, signs, and what stands in brackets (such as the e-mail that we put behind
    a second John Smith); the words in order of the alphabet: `Lee, Zoë (2)` → `lee zoe`.
    """
    bare = re.sub(r"\([^()]*\)", " ", name)
    plain = unicodedata.normalize("NFKD", bare.casefold())
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(sorted(words))[:500]


class MirrorContactQuerySet(models.QuerySet["MirrorContact"]):
    def matching(
        self,
        *,
        contact_ids: Iterable[str] = (),
        contact_numbers: Iterable[str] = (),
        emails: Iterable[str] = (),
        names: Iterable[str] = (),
    ) -> MirrorContactQuerySet:
        """Contacts that agree with any of the given keys; empty keys match nothing."""
        return self.filter(
            Q(contact_id__in=set(filter(None, contact_ids)))
            | Q(contact_number__in=set(filter(None, contact_numbers)))
            | Q(email_key__in=set(filter(None, map(normal_email, emails))))
            | Q(name_key__in=set(filter(None, map(normal_name, names))))
        )


class MirrorContact(models.Model):
    """One contact of Xero. `name_key` and `email_key` are the forms that are compared.

    `likeness` is the name as it is compared with others for likely duplicates. `details` are those
    of `xero.documents.contact_details`, null where they have not been read; `terms` those of sales.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="contacts"
    )
    contact_id = models.CharField(max_length=50)
    name = models.CharField(max_length=500)
    name_key = models.CharField(max_length=500)
    email = models.CharField(max_length=500, blank=True, default="")
    email_key = models.CharField(max_length=500, blank=True, default="")
    contact_number = models.CharField(max_length=100, blank=True, default="")
    account_number = models.CharField(max_length=100, blank=True, default="")
    status = models.CharField(max_length=20)
    merged_to = models.CharField(max_length=50, blank=True, default="")
    updated_utc = models.DateTimeField(null=True)
    likeness = models.CharField(max_length=500, blank=True, default="")
    details = models.JSONField(null=True)
    terms = models.JSONField(default=dict)

    objects = MirrorContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "contact_id"], name="one_contact_row")
        ]
        indexes = [
            models.Index(fields=["organisation", "name_key"]),
            models.Index(fields=["organisation", "email_key"]),
            models.Index(fields=["organisation", "contact_number"]),
            models.Index(fields=["organisation", "likeness"]),
        ]

    def __str__(self) -> str:
        return self.name

    def facts(self) -> ContactFacts:
        return ContactFacts(
            contact_id=self.contact_id,
            name=self.name,
            email=self.email,
            contact_number=self.contact_number,
            status=self.status,
            merged_to=self.merged_to,
            updated_at=self.updated_utc,
            account_number=self.account_number,
            details=self.details,
            terms=PaymentTerms(**self.terms) if self.terms else None,
        )


class MirrorDocument(models.Model):
    """Number and state of one invoice or credit note. Money in ten-thousandths.

    `credited` is what credit has taken off an invoice. It, `tax` and `date` are null in a row that
    was read by a version that did not keep them.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="documents"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    number = models.CharField(max_length=300, blank=True, default="")
    xero_id = models.CharField(max_length=50)
    status = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, blank=True, default="")
    date = models.DateField(null=True)
    total = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(null=True)
    amount_due = models.BigIntegerField(default=0)
    credited = models.BigIntegerField(null=True)
    contact_id = models.CharField(max_length=50, blank=True, default="")
    reference = models.CharField(max_length=500, blank=True, default="")
    updated_utc = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "xero_id"], name="one_document_row"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "number"]),
            models.Index(fields=["organisation", "kind", "reference"]),
            models.Index(fields=["organisation", "kind", "date"]),
        ]

    def __str__(self) -> str:
        return self.number or self.xero_id


class MirrorPayment(models.Model):
    """One payment on a sales invoice, or money given back for a credit note.

    `document_id` is Xero's id of that document; `amount` in ten-thousandths of its currency.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="payments"
    )
    payment_id = models.CharField(max_length=50)
    document_id = models.CharField(max_length=50)
    status = models.CharField(max_length=20)
    date = models.DateField(null=True)
    amount = models.BigIntegerField(default=0)
    account_id = models.CharField(max_length=50, blank=True, default="")
    account_code = models.CharField(max_length=20, blank=True, default="")
    reference = models.CharField(max_length=500, blank=True, default="")
    is_reconciled = models.BooleanField(default=False)
    updated_utc = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "payment_id"], name="one_payment_row")
        ]
        indexes = [models.Index(fields=["organisation", "document_id"])]

    def __str__(self) -> str:
        return self.reference or self.payment_id


class MirrorBankTransaction(models.Model):
    """Money received without an invoice, or beyond one; `total` in ten-thousandths."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="bank_transactions"
    )
    bank_transaction_id = models.CharField(max_length=50)
    type = models.CharField(max_length=30)
    status = models.CharField(max_length=20)
    contact_id = models.CharField(max_length=50, blank=True, default="")
    date = models.DateField(null=True)
    total = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=500, blank=True, default="")
    updated_utc = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "bank_transaction_id"], name="one_bank_transaction_row"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "date"]),
            models.Index(fields=["organisation", "reference"]),
        ]

    def __str__(self) -> str:
        return self.reference or self.bank_transaction_id
