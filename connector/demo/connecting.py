"""Set the product up as a person would: log in, consent at Xero, import the configuration."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils.crypto import get_random_string

from connector.configuration.importing import import_configuration
from connector.demo import remotes
from connector.demo.remotes import Shop
from connector.lib.outgoing import answers, http
from stores.models import Store
from sync.ingest.pair import pair
from sync.organisations import link_organisations
from xero.models import Organisation

USER = "demo"
CONFIGURATION = Path(__file__).with_name("configuration.yaml")
_MOST_REDIRECTS = 5


def create_user() -> str:
    """An administrator with a new password, which is returned and kept nowhere else."""
    password = get_random_string(16)
    get_user_model().objects.create_superuser(USER, email="", password=password)
    return password


def configure(chosen: list[Shop]) -> None:
    """Import the demo's configuration file, with the keys that the shops give; pair those that
    show a code."""
    variables = {
        "XERO_CLIENT_ID": remotes.XERO_CLIENT_ID,
        "XERO_CLIENT_SECRET": remotes.XERO_CLIENT_SECRET,
    }
    for shop in chosen:
        keys, prefix = remotes.keys(shop), f"STORE_{shop.slug.upper()}"
        variables |= {f"{prefix}_{name.upper()}": value for name, value in keys.items()}
        variables |= {f"{prefix}_URL": shop.url, f"{prefix}_WEBHOOK_SECRET": shop.hook_secret}
    text = CONFIGURATION.read_text(encoding="utf-8")
    import_configuration(text, lookup=variables.get)
    for shop, store in zip(chosen, stores_of(chosen), strict=True):
        if code := remotes.pairing_code(shop):
            # Whether its first call comes through in time does not matter: it goes on to call.
            pair(store, code)


def stores_of(chosen: list[Shop]) -> list[Store]:
    """The stores of these shops, in that order, with their organisations."""
    stores = {store.slug: store for store in Store.objects.select_related("organisation")}
    return [stores[shop.slug] for shop in chosen]


def connect(web_url: str, password: str, chosen: list[Shop]) -> None:
    """Connect the shops' organisations through the pages, with the log-in at the stand-in."""
    with http.session(allow_private=True) as session:
        session.headers["Accept"] = "text/html"  # as a browser: pages, not answers for scripts
        _log_in(session, web_url, password)
        for organisation in dict.fromkeys(shop.organisation for shop in chosen):
            remotes.choose_organisation(settings.XERO_LOGIN_URL, organisation)
            _follow(session, urljoin(web_url, reverse("xero:connect")))
            if not Organisation.objects.filter(name=organisation, connected=True).exists():
                raise CommandError(f"{organisation} could not be connected; see the logs.")
    link_organisations()


def _log_in(session: requests.Session, web_url: str, password: str) -> None:
    address = urljoin(web_url, reverse("account_login"))
    answers.checked(session.get(address))
    form = {
        "login": USER,
        "password": password,
        "csrfmiddlewaretoken": session.cookies.get("csrftoken", ""),
    }
    answer = session.post(address, data=form, allow_redirects=False)
    if answer.status_code != 302:
        raise CommandError(f"The log-in answered {answer.status_code}; see the logs.")


def _follow(session: requests.Session, address: str) -> None:
    """Go from ours to Xero's and back, hop by hop as a browser does."""
    ours = urlsplit(address).netloc
    callback = reverse("xero:callback")
    for _ in range(_MOST_REDIRECTS):
        answer = session.get(address, allow_redirects=False)
        arrived = urlsplit(address)
        if arrived.netloc == ours and arrived.path == callback:
            return
        if not answer.is_redirect:
            raise CommandError(f"{address.split('?')[0]} answered {answer.status_code}.")
        address = urljoin(address, answer.headers["Location"])
    raise CommandError("The log-in at the stand-in Xero led round in circles.")
