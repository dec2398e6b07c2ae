"""The world of a dump: one organisation, one store, and what its database says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from accounts_mapping.models import MappingVersion, save_rules
from accounts_mapping.rules.schema import StoreRules
from stores.models import SourceRecord, Store
from stores.settings import StoreSettings
from sync.models import Posting, TrackedOrder
from xero.login import identity, oauth
from xero.models import Organisation, XeroApp

RULES = {
    "statuses": {
        "invoice": ["processing", "complete", "pending"],
        "reverse": ["canceled"],
        "paid": ["processing", "complete"],
    },
    "accounts": {
        "sales": "200", "shipping": "202", "discounts": "205", "other_income": "260",
        "rounding": "860",
    },
    "payment_accounts": {"checkmo": "970", "*": "090"},
    "tax": {
        "none": "EXEMPTOUTPUT",
        "out_of_scope": "BASEXCLUDED",
        "rules": [
            {"rate": "10", "tax_type": "OUTPUT"},
            {"country": "export", "rate": "0", "tax_type": "EXEMPTEXPORT"},
        ],
    },
}  # fmt: skip


def connect(xero: Any) -> Organisation:
    """Go through the log-in at the stand-in, as a browser would."""
    import requests

    from sandbox.xero import CLIENT_ID, CLIENT_SECRET

    app = XeroApp.objects.create(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    redirect = "http://localhost:8000/xero/callback/"
    address, _ = identity.authorisation_address(app, redirect)
    answer = requests.get(f"{address}&auto=1", allow_redirects=False, timeout=10)
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    return oauth.finish(app, code, redirect)[0]


def configure(organisation: Organisation, shop: Any) -> Store:
    profile = StoreSettings.model_validate(
        {
            "slug": "au", "name": "AU shop", "platform": "magento", "url": shop.url,
            "organisation": organisation.name, "base_currency": "AUD", "country": "AU",
            "timezone": "Australia/Sydney", "number_prefix": "S1-",
            "credentials": {"bearer": shop.credentials.access_token},
        }
    )  # fmt: skip
    store = Store(organisation=organisation)
    store.apply(profile)
    store.save()
    save_rules(store, StoreRules.model_validate(RULES))
    return store


def facts() -> dict[str, Any]:
    """What must be the same before and after an upgrade."""
    postings = Posting.objects.order_by("kind", "key").values_list(
        "kind", "key", "state", "xero_id", "xero_total_units"
    )
    labels = Counter(TrackedOrder.objects.values_list("label", flat=True))
    return {
        "orders": TrackedOrder.objects.count(),
        "records": SourceRecord.objects.count(),
        "mapping_versions": MappingVersion.objects.count(),
        "labels": dict(sorted(labels.items())),
        "total_units": sum(TrackedOrder.objects.values_list("total_units", flat=True)),
        "postings": [list(row) for row in postings],
        "secret_opens": Store.objects.get().credentials["bearer"][:4],
    }
