"""What an organisation has: accounts, tax rates, tracking, currencies, branding themes.

A copy of Xero's lists, read by `reference.py`. Rows that Xero no longer shows as active are
kept with their status, so that a mapping can say what became of its account.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from xero.documents.facts import AccountFacts, TaxRateFacts, TrackingFacts
from xero.models.organisation import Organisation

# Xero's account classes and the property of a tax rate that lets it be used on one.
CLASS_FLAGS = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}


class Account(models.Model):
    """One row of the chart of accounts. Some bank accounts have no code."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="accounts"
    )
    account_id = models.CharField(max_length=50)
    code = models.CharField(max_length=20, blank=True, default="")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=30)
    account_class = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=20)
    tax_type = models.CharField(max_length=50, blank=True, default="")
    system_account = models.CharField(max_length=50, blank=True, default="")
    payments_enabled = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, blank=True, default="")
    description = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["code", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account_id"], name="one_account_row")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

    def facts(self) -> AccountFacts:
        return AccountFacts(
            account_id=self.account_id,
            code=self.code,
            name=self.name,
            type=self.type,
            account_class=self.account_class,
            status=self.status,
            tax_type=self.tax_type,
            system_account=self.system_account,
            payments_enabled=self.payments_enabled,
            currency=self.currency,
        )


class TaxRate(models.Model):
    """One tax type. `effective_rate` is percent; `applies_to` lists account classes."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="tax_rates"
    )
    tax_type = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    # Text, not a decimal column: SQLite keeps those as binary floats.
    effective_rate_text = models.CharField(max_length=30, default="0")
    status = models.CharField(max_length=20)
    applies_to = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "tax_type"], name="one_tax_rate_row")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.tax_type})"

    @property
    def effective_rate(self) -> Decimal:
        return Decimal(self.effective_rate_text)

    def facts(self) -> TaxRateFacts:
        return TaxRateFacts(
            tax_type=self.tax_type,
            name=self.name,
            effective_rate=self.effective_rate,
            status=self.status,
            applies_to=frozenset(self.applies_to),
        )


class TrackingCategory(models.Model):
    """One tracking category. `options` is `[{"id", "name", "status"}]`."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="tracking_categories"
    )
    category_id = models.CharField(max_length=50)
    name = models.CharField(max_length=150)
    status = models.CharField(max_length=20)
    options = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "tracking categories"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "category_id"], name="one_tracking_category_row"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def facts(self) -> TrackingFacts:
        """Only options that are active can be posted to."""
        active = (option["name"] for option in self.options if option["status"] == "ACTIVE")
        return TrackingFacts(
            category_id=self.category_id,
            name=self.name,
            status=self.status,
            options=frozenset(active),
        )


class Currency(models.Model):
    """A currency that the organisation has enabled."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="currencies"
    )
    code = models.CharField(max_length=3)
    name = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "currencies"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="one_currency_row")
        ]

    def __str__(self) -> str:
        return self.code


class BrandingTheme(models.Model):
    """A branding theme; `sort_order` 0 is the organisation's default."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="branding_themes"
    )
    theme_id = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "theme_id"], name="one_theme_row")
        ]

    def __str__(self) -> str:
        return self.name
