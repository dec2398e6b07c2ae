"""The page of the connection to Xero: the app, the organisations, what is allowed and left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connector.lib.rights import XERO_APP, right
from connector.pages.health import OrganisationHealth, organisations_health
from xero.models import Organisation, XeroApp
from xero.models.organisation import SCOPE_USES


class XeroAppForm(forms.ModelForm):
    """The secret is written and never shown: an empty field keeps the stored one."""

    field_order = ("mode", "client_id", "client_secret", "daily_call_limit")
    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        strip=True,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = XeroApp
        fields = ("mode", "client_id", "daily_call_limit")
        labels = {
            "mode": "Kind of app",
            "client_id": "Client ID",
            "daily_call_limit": "Calls a day",
        }
        help_texts = {
            "client_id": "32 letters and digits, from the app's Configuration page.",
            "daily_call_limit": "For each organisation: 1,000 on Xero's Starter tier, 5,000 on "
            "Core and above.",
        }
        error_messages = {
            "client_id": {
                "required": "Paste the client ID from the app's Configuration page.",
                "unique": "This client ID is entered already.",
            },
            "daily_call_limit": {"min_value": "Type a number of at least 1."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.stored_secret = self.instance.client_secret
        if self.stored_secret:
            self.fields[
                "client_secret"
            ].help_text = "One is stored and is never shown. Leave this empty to keep it."
        else:
            self.fields["client_secret"].required = True
            self.fields["client_secret"].error_messages["required"] = (
                "Paste the client secret. Xero shows it once, when you generate it."
            )

    def clean_client_secret(self) -> str:
        return self.cleaned_data["client_secret"] or self.stored_secret

    def save(self, commit: bool = True) -> XeroApp:
        self.instance.client_secret = self.cleaned_data["client_secret"]
        saved: XeroApp = super().save(commit)
        return saved


@right(XERO_APP)
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def xero_page(request: HttpRequest) -> HttpResponse:
    """GET shows, POST saves the app's credentials."""
    app = XeroApp.objects.order_by("pk").first()
    ready = bool(app and app.client_id and app.client_secret)
    form = XeroAppForm(request.POST or None, instance=app)
    if request.method == "POST" and form.is_valid():
        changed = "client_id" in form.changed_data and app is not None and ready
        form.save()
        text = "Saved. Connect your organisation next."
        if changed:
            text = "Saved. It is another app than before: connect your organisations again."
        elif ready:
            text = "Saved. It holds for every call from now on."
        messages.success(request, text)
        return redirect("dashboard:xero")
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
            "callback": f"{settings.PUBLIC_URL.rstrip('/')}{reverse('xero:callback')}",
            "webhook": f"{settings.PUBLIC_URL.rstrip('/')}{reverse('sync:xero-hook')}",
            "address_fits": _fits(settings.PUBLIC_URL),
            "company_url": settings.PUBLIC_URL,
        },
    )


def condition(ready: bool, organisations: list[Organisation]) -> str:
    """The sentence under the title."""
    if not ready:
        return "Not set up: enter the app that you register at Xero, then connect to it."
    working = [o for o in organisations if not o.unavailable_reason()]
    if not organisations:
        return "The app is entered. No organisation is connected yet."
    names = ", ".join(str(o) for o in working)
    broken = [o for o in organisations if o.unavailable_reason()]
    if broken and not working:
        return f"{', '.join(str(o) for o in broken)}: not connected, nothing is posted there."
    if broken:
        return f"Connected to {names}. {', '.join(str(o) for o in broken)} must be reconnected."
    return f"Connected to {names}."


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
