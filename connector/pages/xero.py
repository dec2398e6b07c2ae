"""The page of the connection to Xero: the app, the organisations, what is allowed and left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connector.configuration.installation.change import change, seen_of
from connector.configuration.stored import xero_app
from connector.configuration.versions.refusals import Conflict, DraftRefused, Rival
from connector.lib.rights import XERO_APP, right
from connector.pages.health import OrganisationHealth, organisations_health
from connector.pages.parts.core_texts import errors_shown
from connector.pages.parts.fields import SecretField
from connector.pages.parts.ways import way_back
from xero.models import Organisation, XeroApp
from xero.models.organisation import SCOPE_USES


class XeroAppForm(forms.ModelForm):
    """The secret is written and never shown: an empty field keeps the stored one. `seen` is what
    the page showed, `over` what others have changed of it since."""

    field_order = ("mode", "client_id", "client_secret", "webhook_key", "daily_call_limit",
                   "live_reserve")  # fmt: skip
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        required=False,
        strip=True,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    webhook_key = SecretField(
        label=gettext_lazy("Webhook key"), required=False, max_length=200,
        help_text=gettext_lazy("Signs what Xero sends. Without it, what people do in Xero is seen "
                               "within the hour."),
    )  # fmt: skip

    class Meta:
        model = XeroApp
        fields = ("mode", "client_id", "daily_call_limit", "live_reserve")
        labels = {
            "mode": gettext_lazy("Kind of app"),
            "client_id": gettext_lazy("Client ID"),
            "daily_call_limit": gettext_lazy("Calls a day"),
            "live_reserve": gettext_lazy("Of these for live orders, in %"),
        }
        help_texts = {
            "client_id": gettext_lazy("32 letters and digits, from the app's Configuration page."),
            "daily_call_limit": gettext_lazy(
                "For each organisation: 1,000 on Xero's Starter tier, 5,000 on Core and above."
            ),
            "live_reserve": gettext_lazy(
                "The share of the day's calls that a backfill leaves to live orders."
            ),
        }
        error_messages = {
            "client_id": {
                "required": gettext_lazy("Paste the client ID from the app's Configuration page."),
                "unique": gettext_lazy("This client ID is entered already."),
            },
            "daily_call_limit": {"min_value": gettext_lazy("Type a number of at least 1.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.over: tuple[Rival, ...] = ()
        self.initial["seen"] = seen_of(self.instance if self.instance.pk else None)
        self.fields["client_id"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        if self.instance.webhook_key:
            self.fields["webhook_key"].help_text = _(
                "Kept and never shown. Empty keeps it. Another one counts at once: where Xero "
                "makes a new one, paste it here at the same time."
            )
        self.stored_secret = self.instance.client_secret
        if self.stored_secret:
            self.fields["client_secret"].help_text = _(
                "One is stored and is never shown. Leave this empty to keep it."
            )
        else:
            self.fields["client_secret"].required = True
            self.fields["client_secret"].error_messages["required"] = _(
                "Paste the client secret. Xero shows it once, when you generate it."
            )

    def keep(self, author: Any) -> bool:
        """Save what was typed, as `config import` would; False, with the errors at the fields,
        where it would be refused or somebody else was first."""
        typed = {key: str(value) for key, value in self.cleaned_data.items() if value != ""}
        showed = typed.pop("seen", "")
        try:
            change({"xero": typed | {"live_reserve": f"{typed['live_reserve']}%"}},
                   author=author, seen=showed)  # fmt: skip
        except DraftRefused as refused:
            for place, texts in errors_shown(refused.errors).items():
                name = place.removeprefix("xero.")
                for text in texts:
                    self.add_error(name if name in self.fields else None, text)
            return False
        except Conflict as conflict:
            self.over = conflict.rivals
            again: Any = self.data
            self.data = again = again.copy()
            again["seen"] = conflict.seen
            return False
        except ValueError:
            self.add_error(None, _("The page was not sent back as it was shown. Load it anew."))
            return False
        return True


@right(XERO_APP)
@sensitive_post_parameters("client_secret", "webhook_key")
@require_http_methods(["GET", "HEAD", "POST"])
def xero_page(request: HttpRequest) -> HttpResponse:
    """GET shows, POST saves the app's credentials."""
    app = xero_app()
    ready = bool(app and app.client_id and app.client_secret)
    form = XeroAppForm(request.POST or None, instance=app)
    if request.method == "POST" and form.is_valid() and form.keep(request.user):
        changed = "client_id" in form.changed_data and app is not None and ready
        text = _("Saved. Connect your organisation next.")
        if changed:
            text = _("Saved. It is another app than before: connect your organisations again.")
        elif ready:
            text = _("Saved. It holds for every call from now on.")
        messages.success(request, text)
        return redirect(way_back(request, reverse("dashboard:xero")))
    organisations = organisations_health()
    return render(
        request,
        "dashboard/xero.html",
        {
            "form": form,
            "ready": ready,
            "app": app if ready else None,
            "custom": ready and app is not None and app.mode == XeroApp.Mode.CUSTOM,
            "organisations": [_shown(found) for found in organisations],
            "condition": condition(ready, [found.organisation for found in organisations]),
            **addresses(),
        },
    )


def addresses() -> dict[str, Any]:
    """What is entered at Xero for the app: its own address, and those that Xero comes back to and
    calls."""
    public = settings.PUBLIC_URL.rstrip("/")
    return {
        "callback": f"{public}{reverse('xero:callback')}",
        "webhook": f"{public}{reverse('sync:xero-hook')}",
        "address_fits": _fits(settings.PUBLIC_URL),
        "company_url": settings.PUBLIC_URL,
    }


def condition(ready: bool, organisations: list[Organisation]) -> str:
    """The sentence under the title."""
    if not ready:
        return _("Not set up: enter the app that you register at Xero, then connect to it.")
    working = [o for o in organisations if not o.unavailable_reason()]
    if not organisations:
        return _("The app is entered. No organisation is connected yet.")
    names = ", ".join(str(o) for o in working)
    broken = [o for o in organisations if o.unavailable_reason()]
    if broken and not working:
        return _("%(join)s: not connected, nothing is posted there.") % {
            "join": ", ".join(str(o) for o in broken)
        }
    if broken:
        return _("Connected to %(names)s. %(join)s must be reconnected.") % {
            "names": names,
            "join": ", ".join(str(o) for o in broken),
        }
    return _("Connected to %(names)s.") % {"names": names}


def _shown(found: OrganisationHealth) -> dict[str, Any]:
    organisation = found.organisation
    missing = organisation.missing_scopes() if organisation.token_set else {}
    granted = [(scope, use) for scope, use in SCOPE_USES.items() if scope not in missing]
    return {
        "organisation": organisation,
        "health": found.health,
        "calls": found.calls,
        "granted": granted if organisation.token_set else [],
        "missing": list(missing.items()),
        "stores": [store.name for store in organisation.stores.all()],
    }


def _fits(address: str) -> bool:
    """Xero takes https addresses, and plain http for the name localhost only."""
    return address.startswith(("https://", "http://localhost"))
