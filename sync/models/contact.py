"""What the shop last said of a contact, and what a person decided about two of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q

from connector.lib import clock
from stores.models import Store
from xero.models import Organisation


class ShopContact(models.Model):
    """The newest that a shop said of one person, in the form of `xero.documents.contact_details`.

    `key` is that of `accounting.contacts.persons.Person`; `contact_id` the contact that it was last
    compared with, empty while that is not in Xero. An older order or record never goes over it.
    `there` is what Xero had when changes there were last looked for, null before that.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=300)
    contact_id = models.CharField(max_length=50, blank=True, default="")
    said = models.JSONField(default=dict)
    there = models.JSONField(null=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "store", "key"], name="one_shop_contact_per_person"
            )
        ]
        indexes = [models.Index(fields=["organisation", "contact_id"], name="shop_contact_by_id")]

    def __str__(self) -> str:
        return self.key


class LeftOutCustomerQuerySet(models.QuerySet["LeftOutCustomer"]):
    def among(self, stores: Iterable[int], keys: Iterable[str]) -> set[tuple[int, str]]:
        """Those of these persons of these stores who were left out, by store and key."""
        rows = self.filter(store__in=list(stores), key__in=list(keys))
        return set(rows.values_list("store_id", "key"))


class LeftOutCustomer(models.Model):
    """A customer whose contact a person wants left as it is: it neither follows the shop, nor the
    shop it, and it is not made for the customer's record alone. Orders still go to it.

    `key` is that of `accounting.contacts.persons.Person`; `why` says who asked for it.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=300)
    why = models.CharField(max_length=500)
    at = models.DateTimeField(default=clock.now)

    objects = LeftOutCustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="one_row_per_left_out_customer")
        ]

    def __str__(self) -> str:
        return self.key


class ContactDecisionQuerySet(models.QuerySet["ContactDecision"]):
    def in_force(self) -> ContactDecisionQuerySet:
        return self.filter(withdrawn_at=None)

    def replaced(self, organisation: Organisation, contacts: Iterable[str]) -> dict[str, str]:
        """Of these contacts those that another one stands for, and which one."""
        same = self.in_force().filter(organisation=organisation, replaced_id__in=list(contacts))
        return dict(same.values_list("replaced_id", "kept_id"))


class ContactDecision(models.Model):
    """A person's word on two contacts that look like one: who said it, and when.

    The pair is `first_id` < `second_id`. Of the same person, `kept_id` stands for `replaced_id`
    from then on; of two different people both are empty. A decision that is taken back stays,
    with who took it back.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="contact_decisions"
    )
    first_id = models.CharField(max_length=50)
    second_id = models.CharField(max_length=50)
    kept_id = models.CharField(max_length=50, blank=True, default="")
    replaced_id = models.CharField(max_length=50, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(default=clock.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = ContactDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "first_id", "second_id"],
                condition=Q(withdrawn_at=None),
                name="one_decision_per_pair",
            ),
            models.UniqueConstraint(
                fields=["organisation", "replaced_id"],
                condition=Q(withdrawn_at=None) & ~Q(replaced_id=""),
                name="one_contact_in_its_place",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "replaced_id"], name="contact_replaced"),
            models.Index(fields=["organisation", "-decided_at"], name="contact_decisions_by_date"),
        ]

    def __str__(self) -> str:
        said = f"{self.kept_id} for {self.replaced_id}" if self.kept_id else "different"
        return f"{self.first_id} and {self.second_id}: {said}"
