"""A Xero organisation (tenant) and what may be asked of it without a call."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q

from connector.lib import clock
from xero.documents.facts import OrganisationFacts
from xero.documents.kinds import SPECS, Kind
from xero.models.connection import TokenSet

_WEB = "https://go.xero.com"

# What is off when a scope was not granted, in the words of the pages.
SCOPE_USES = {
    "accounting.invoices": "invoices, credit notes and items",
    "accounting.payments": "payments and refunds",
    "accounting.contacts": "contacts",
    "accounting.settings": "accounts, tax rates and tracking options",
    "accounting.banktransactions": "overpayments and bank transactions",
}

# Apps made before March 2026 may still be granted the broad scope instead.
BROAD_SCOPES = {
    "accounting.invoices": "accounting.transactions",
    "accounting.payments": "accounting.transactions",
    "accounting.banktransactions": "accounting.transactions",
}


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def reference_due(self, now: datetime, *, older_than: timedelta) -> OrganisationQuerySet:
        """Connected ones whose accounts, tax rates and so on have not been read for long."""
        never_or_old = Q(reference_refreshed_at=None) | Q(
            reference_refreshed_at__lte=now - older_than
        )
        return self.filter(never_or_old, connected=True)


class Organisation(models.Model):
    """One tenant. The row, and all that hangs on it, survives a disconnect and a reconnect.

    `connection_id` is what a disconnect needs and differs from `tenant_id`. While
    `parked_until` lies ahead nothing is sent to the organisation. Empty `tenant_id` does not
    occur: a custom connection's organisation is known by its OrganisationID.
    """

    tenant_id = models.CharField(max_length=50, unique=True)
    connection_id = models.CharField(max_length=50, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    token_set = models.ForeignKey(
        TokenSet,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="organisations",
    )
    connected = models.BooleanField(default=False)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    base_currency = models.CharField(max_length=3, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    timezone = models.CharField(max_length=100, blank=True, default="", help_text="Xero's name.")
    short_code = models.CharField(max_length=20, blank=True, default="")
    edition = models.CharField(max_length=30, blank=True, default="")
    plan_class = models.CharField(max_length=30, blank=True, default="")
    is_demo_company = models.BooleanField(default=False)
    period_lock_date = models.DateField(null=True, blank=True)
    end_of_year_lock_date = models.DateField(null=True, blank=True)
    parked_until = models.DateTimeField(null=True, blank=True)
    parked_reason = models.TextField(blank=True, default="")
    # Calls of other tools in Xero's minute, as last learnt.
    others_calls = models.PositiveIntegerField(default=0)
    others_until = models.DateTimeField(null=True, blank=True)
    # When its lists were last looked through for what people did there.
    watched_at = models.DateTimeField(null=True, blank=True)
    details_refreshed_at = models.DateTimeField(null=True, blank=True)
    reference_tried_at = models.DateTimeField(null=True, blank=True)
    reference_refreshed_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.tenant_id

    @property
    def lock_date(self) -> date | None:
        """The later of the two lock dates; that day itself is locked."""
        dates = [d for d in (self.period_lock_date, self.end_of_year_lock_date) if d]
        return max(dates, default=None)

    def can(self, scope: str) -> bool:
        """Whether the connection was granted `scope`, such as `accounting.payments`."""
        if self.token_set is None:
            return False
        granted = self.token_set.granted_scopes
        return scope in granted or BROAD_SCOPES.get(scope) in granted

    def missing_scopes(self) -> dict[str, str]:
        """Scopes that were not granted → what is off without them."""
        return {scope: use for scope, use in SCOPE_USES.items() if not self.can(scope)}

    def mark_disconnected(self, reason: str) -> None:
        """Nothing more is sent until somebody reconnects; all else about it is kept.

        Not if somebody has reconnected since this row was read.
        """
        self.connected, self.disconnected_at, self.reason = False, clock.now(), reason
        Organisation.objects.filter(pk=self.pk, connection_id=self.connection_id).update(
            connected=False, disconnected_at=self.disconnected_at, reason=reason
        )

    def take_watch(self, every: timedelta) -> bool:
        """Whether its lists may be looked through now: at most `every` so often."""
        now = clock.now()
        rested = Q(watched_at__isnull=True) | Q(watched_at__lte=now - every)
        return bool(Organisation.objects.filter(rested, pk=self.pk).update(watched_at=now))

    def unavailable_reason(self) -> str:
        """Why nothing is sent to this organisation at all, for pages; "" when all is well."""
        if not self.connected or self.token_set is None:
            return self.reason or "Not connected to Xero. Connect it again."
        if self.token_set.state == TokenSet.State.RECONNECT:
            return self.token_set.reason or "Xero no longer accepts the log-in. Reconnect."
        return ""

    def facts(self) -> OrganisationFacts:
        """The frozen snapshot for the pure modules, in five short queries.

        An organisation counts as connected in this sense once its lists have been read, also
        while its log-in is broken: what is known stays known.
        """
        # Of two accounts with one code the active one is meant: it comes last and wins.
        accounts = sorted(
            (account.facts() for account in self.accounts.all()),
            key=lambda account: account.status == "ACTIVE",
        )
        by_key = {account.code: account for account in accounts if account.code}
        by_key |= {account.account_id: account for account in accounts}
        # Likewise of two tracking categories with one name.
        tracking = sorted(
            (category.facts() for category in self.tracking_categories.all()),
            key=lambda category: category.status == "ACTIVE",
        )
        return OrganisationFacts(
            connected=self.reference_refreshed_at is not None,
            tenant_id=self.tenant_id,
            name=self.name,
            base_currency=self.base_currency,
            country=self.country,
            lock_date=self.lock_date,
            accounts=by_key,
            tax_rates={rate.tax_type: rate.facts() for rate in self.tax_rates.all()},
            currencies=frozenset(self.currencies.values_list("code", flat=True)),
            tracking={category.name: category for category in tracking},
            branding_themes={t.name: t.theme_id for t in self.branding_themes.all()},
            is_demo_company=self.is_demo_company,
        )

    def invoice_link(self, invoice_id: str) -> str:
        """Address of a sales invoice in Xero (developer documentation, Deep linking)."""
        return self.link_to(Kind.INVOICE, invoice_id)

    def credit_note_link(self, credit_note_id: str) -> str:
        return self.link_to(Kind.CREDIT_NOTE, credit_note_id)

    def contact_link(self, contact_id: str) -> str:
        return self.link_to(Kind.CONTACT, contact_id)

    def link_to(self, kind: str, xero_id: str) -> str:
        """Address of a document in Xero; "" for those that have no page of their own."""
        page = SPECS[kind].page
        return self._link(page.format(quote(xero_id))) if page else ""

    def _link(self, page: str) -> str:
        """A stand-in serves these pages at the address of its log-in."""
        web = settings.XERO_LOGIN_URL.rstrip("/") if settings.SANDBOX else _WEB
        query = urlencode({"shortcode": self.short_code, "redirecturl": page})
        return f"{web}/organisationlogin/default.aspx?{query}"
