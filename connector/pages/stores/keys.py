"""A store's keys, which are typed and never shown; and a store that is added, with its keys.

Keys are in no draft and in no version: they count from the moment they are saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts_mapping.sections.section import Document
from connector.configuration.versions.adding import add
from connector.configuration.versions.publish import change
from connector.configuration.versions.refusals import DraftRefused, Errors
from connector.lib.rights import STORES, right
from connector.pages.parts import core_texts
from connector.pages.parts.core_texts import errors_shown
from connector.pages.parts.fields import PickerField, SecretField
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from connector.pages.stores.settings import organisations, zones
from stores import registry
from stores.models import Store
from stores.profile import PlatformProfile, WayIn

_HOOK = "webhook_secret"


class Keys(forms.Form):
    """The keys of every way into shops of a platform. `kept` are those that are stored."""

    def __init__(
        self, platform: PlatformProfile, kept: Mapping[str, str], hook: bool, data: Any = None
    ) -> None:
        super().__init__(data)
        self._ways, self._kept = platform.ways_in, kept
        for way in platform.ways_in:
            for one in way.credentials:
                self.fields[one.key] = SecretField(
                    label=core_texts.shown(one.title), kept=bool(kept.get(one.key)), required=False
                )
        if platform.hooks.secret_of is None:
            self.fields[_HOOK] = SecretField(
                label=_("Webhook secret"), kept=hook, required=False,
                help_text=_("Signs what the shop sends us; the same stands in the shop."),
            )  # fmt: skip

    @property
    def ways(self) -> list[tuple[WayIn, list[Any]]]:
        """Each way in, with its fields."""
        return [(way, [self[key] for key in way.keys]) for way in self._ways]

    @property
    def hook(self) -> Any:
        return self[_HOOK] if _HOOK in self.fields else None

    def secrets(self) -> Document:
        """What was typed, with what is kept of the same way in; nothing where nothing was."""
        typed = {key: value for key, value in self.cleaned_data.items() if value}
        hook = typed.pop(_HOOK, None)
        found: Document = {_HOOK: hook} if hook else {}
        ways = [way for way in self._ways if typed.keys() & set(way.keys)]
        if ways:
            of_way = {key for way in ways for key in way.keys}
            kept = {key: value for key, value in self._kept.items() if key in of_way}
            found["credentials"] = kept | typed
        return found

    def refuse(self, errors: Errors) -> list[str]:
        """Show what is refused at its field; the rest."""
        rest = []
        for place, texts in errors.items():
            name = place.removeprefix("credentials.")
            for text in texts:
                if name in self.fields:
                    self.add_error(name, text)
                else:
                    rest.append(f"{place}: {text}")
        return rest


class NewStore(forms.Form):
    """What a store cannot be without; the rest has defaults, and pages of its own."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("As pages call it.")
    )
    slug = forms.CharField(
        label=gettext_lazy("Short name"), required=False, max_length=40,
        help_text=gettext_lazy("In addresses and commands: small letters, digits and hyphens. "
                               "Empty: made of the name."),
    )  # fmt: skip
    url = forms.CharField(
        label=gettext_lazy("Address of the shop"),
        widget=forms.TextInput({"placeholder": "https://shop.example.com", "inputmode": "url"}),
    )  # fmt: skip
    base_currency = forms.CharField(
        label=gettext_lazy("Currency of the shop"), max_length=3,
        help_text=gettext_lazy("Such as AUD."),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["timezone"] = PickerField(
            tuple(zones()), shared="zones", unknown=_("not in the list"),
            label=_("Time zone of the books"),
            help_text=_("Decides on which day an order falls, such as Australia/Sydney."),
        )  # fmt: skip
        connected = tuple(organisations())
        self.fields["organisation"] = PickerField(
            connected, shared="organisations", unknown=_("not connected"),
            label=_("Organisation in Xero"),
            help_text="" if connected else _("Its name there. It is linked once it is connected."),
        )  # fmt: skip

    def document(self, platform: str) -> Document:
        typed = {key: value for key, value in self.cleaned_data.items() if value}
        typed.setdefault("slug", _slug_of(typed["name"]))
        typed["base_currency"] = typed["base_currency"].upper()
        return typed | {"platform": platform}

    def refuse(self, errors: Errors) -> dict[str, list[str]]:
        """Show what is refused at its field; the rest."""
        rest = {}
        for place, texts in errors.items():
            if place in self.fields:
                for text in texts:
                    self.add_error(place, text)
            else:
                rest[place] = list(texts)
        return rest


def _slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].rstrip("-")


@right(STORES, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def store_keys(request: HttpRequest, slug: str) -> HttpResponse:
    store = get_object_or_404(Store, slug=slug)
    platform = registry.profile(store.platform)
    sent = request.POST if request.method == "POST" else None
    form = Keys(platform, store.credentials or {}, bool(store.webhook_secret), sent)
    above: list[str] = []
    if sent is not None and form.is_valid():
        secrets = form.secrets()
        try:
            change(store, {}, author=request.user, seen=None, secrets=secrets)
        except DraftRefused as refused:
            above = form.refuse(errors_shown(refused.errors))
        else:
            said = (
                _("The keys are saved. Test the connection.")
                if secrets
                else _("Nothing was typed: the keys are as they were.")
            )
            messages.success(request, said)
            return redirect(way_back(request, reverse("dashboard:store", args=[slug])))
    return render(
        request, "stores/keys.html",
        {"store": store, "platform": platform, "form": form, "above": above},
    )  # fmt: skip


@right(STORES, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
def store_add(request: HttpRequest) -> HttpResponse:
    """First which platform (`?platform=`), then its form."""
    platform = registry.profiles().get(request.GET.get("platform", ""))
    if platform is None or not registry.is_read(platform.kind):
        offered = [registry.profile(name) for name in registry.platforms()]
        onward = way_back(request, "")
        return render(request, "stores/add.html", {"platforms": offered, "onward": onward})
    sent = request.POST if request.method == "POST" else None
    form, keys = NewStore(sent), Keys(platform, {}, hook=False, data=sent)
    above: list[str] = []
    valid = sent is not None and all((form.is_valid(), keys.is_valid()))
    if valid:
        try:
            store = add(form.document(platform.kind), secrets=keys.secrets(), author=request.user)
        except DraftRefused as refused:
            above = keys.refuse(form.refuse(errors_shown(refused.errors)))
        else:
            messages.success(
                request,
                _(
                    "%(name)s is added, and switched off. Test its connection, map it, then "
                    "switch it on."
                )
                % {"name": store.name},
            )
            return redirect(way_back(request, reverse("dashboard:store", args=[store.slug])))
    return render(
        request, "stores/add.html",
        {"platform": platform, "form": form, "keys": keys, "above": above},
    )  # fmt: skip
