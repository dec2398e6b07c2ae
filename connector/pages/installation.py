"""The settings of the installation: alerts, how often something is tried again, logs.

They are checked as `config import` checks them, count from the moment they are saved, and each
change stands below with who made it. The app at Xero has a page of its own.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts_mapping.sections.section import Document
from connector.configuration.installation.change import change, seen, standing
from connector.configuration.variables import escaped
from connector.configuration.versions.refusals import Conflict, DraftRefused, Errors, Rival
from connector.lib.rights import INSTALLATION, right
from connector.models import InstallationChange
from connector.pages.parts.core_texts import errors_shown
from connector.pages.parts.fields import SecretField
from connector.pages.parts.rows import Rows

_SECTIONS = ("alerts", "logging", "retries")
_SHOWN = 20


class Single(forms.Form):
    """Each setting that is one field, named by its place in the file."""

    _GROUPS = (
        (
            "retries",
            gettext_lazy("When something fails"),
            {
                "retries.attempts": forms.CharField(
                    label=gettext_lazy("Tries before it is given up"), required=False,
                    widget=forms.TextInput({"inputmode": "numeric", "size": 6}),
                    help_text=gettext_lazy(
                        "Of a request to Xero or to a shop. Waiting for a limit is none."
                    ),
                ),
                "retries.base": forms.CharField(
                    label=gettext_lazy("First wait"), required=False,
                    widget=forms.TextInput({"size": 6}),
                    help_text=gettext_lazy("Such as 30s or 5m. It doubles with every try."),
                ),
                "retries.cap": forms.CharField(
                    label=gettext_lazy("Longest wait"), required=False,
                    widget=forms.TextInput({"size": 6}),
                    help_text=gettext_lazy("Such as 6h or 1d."),
                ),
            },
        ),
        (
            "logging",
            gettext_lazy("Logs"),
            {
                "logging.retention_days": forms.CharField(
                    label=gettext_lazy("Days for which calls of shops are kept"), required=False,
                    widget=forms.TextInput({"inputmode": "numeric", "size": 6}),
                    help_text=gettext_lazy("Older ones go with the next clean-up."),
                ),
                "logging.debug": forms.BooleanField(
                    label=gettext_lazy("More detail"), required=False,
                    help_text=gettext_lazy("Kept, and not acted on yet by this version."),
                ),
            },
        ),
    )  # fmt: skip

    def __init__(self, now: Document, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")
        for *_about, fields in self._GROUPS:
            self.fields |= deepcopy(fields)
        for name in self.fields:
            section, key = name.split(".")
            self.initial[name] = now[section][key]

    @property
    def groups(self) -> list[tuple[str, Any, list[Any]]]:
        return [
            (key, title, [self[name] for name in fields]) for key, title, fields in self._GROUPS
        ]

    def document(self) -> Document:
        found: Document = {}
        for name, value in self.cleaned_data.items():
            section, key = name.split(".")
            found.setdefault(section, {})[key] = value
        return found


class AlertRow(forms.Form):
    """Whom to tell. `kept` names the address that is stored, which nobody is shown."""

    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    email = forms.CharField(label=gettext_lazy("E-mail address"), required=False)
    severity = forms.ChoiceField(
        label=gettext_lazy("Told of"), required=False,
        choices=[
            ("error", gettext_lazy("errors")),
            ("warning", gettext_lazy("errors and warnings")),
            ("info", gettext_lazy("everything")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["url"] = SecretField(
            kept=bool(self["kept"].value()), required=False,
            label=gettext_lazy("Or a service"),
            **({} if self["kept"].value() else
               {"help_text": gettext_lazy("Such as slack://…, an address of apprise.")}),
        )  # fmt: skip
        self.order_fields(["kept", "email", "url", "severity"])

    def alert(self) -> Document:
        """As the file has it: an address that is kept is its variable. An e-mail address takes
        the place of one that is kept."""
        typed = self.cleaned_data
        found: Document = {"severity": typed["severity"] or "error"}
        if typed["email"]:
            found["email"] = typed["email"]
        if typed["url"]:
            found["url"] = escaped(typed["url"])
        elif typed["kept"] and not typed["email"]:
            found["url"] = f"${{{typed['kept']}}}"
        return found


_AlertRows: Any = formset_factory(AlertRow, formset=Rows, extra=0, max_num=100, absolute_max=100)
_AlertRows.ordered = False


class InstallationForm:
    """The page's form: single settings, and a row for each alert."""

    def __init__(self, data: QueryDict | None = None) -> None:
        now = standing()
        self.single = Single(now, data)
        self.rows: Any = _AlertRows.after_button(data, "alerts") if data is not None else None
        self.pressed = self.rows is not None
        if self.rows is None and data is not None:
            self.rows = _AlertRows(data, prefix="alerts")
        if self.rows is None:
            self.rows = _AlertRows(prefix="alerts", initial=[_row(one) for one in now["alerts"]])

    def is_valid(self) -> bool:
        return all([self.single.is_valid(), self.rows.is_valid()])

    def document(self) -> Document:
        return {"alerts": [form.alert() for form in self._used()]} | self.single.document()

    def _used(self) -> list[Any]:
        return [form for form in self.rows.forms if _says_something(form)]

    def refuse(self, errors: Errors) -> list[str]:
        """Show what is refused at its field; the rest."""
        rest = []
        for place, texts in errors.items():
            form, name = self._at(place)
            for text in texts:
                if form is None:
                    rest.append(f"{place}: {text}")
                else:
                    form.add_error(name, text)
        return rest

    def _at(self, place: str) -> tuple[Any, str | None]:
        if place in self.single.fields:
            return self.single, place
        for number, form in enumerate(self._used()):
            here = f"alerts[{number}]"
            if place == here or place.startswith(f"{here}."):
                name = place.removeprefix(here).lstrip(".")
                return form, name if name in form.fields else None
        return None, None


def _says_something(form: Any) -> bool:
    typed = form.cleaned_data
    return any(typed.get(key) for key in ("kept", "email", "url"))


def _row(alert: Document) -> Document:
    kept = str(alert.get("url", ""))
    return {**alert, "url": "", "kept": kept.removeprefix("${").removesuffix("}")}


@right(INSTALLATION)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: HttpRequest) -> HttpResponse:
    """GET shows, POST saves."""
    sent = request.POST if request.method == "POST" else None
    form = InstallationForm(sent)
    above: list[str] = []
    over: tuple[Rival, ...] = ()
    showed = sent.get("seen", "") if sent is not None else seen(*_SECTIONS)
    if sent is not None and not form.pressed and form.is_valid():
        try:
            done = change(form.document(), author=request.user, seen=showed)
        except DraftRefused as refused:
            above = form.refuse(errors_shown(refused.errors))
        except Conflict as conflict:
            over, showed = conflict.rivals, conflict.seen
        except ValueError:
            above = [_("The page was not sent back as it was shown. Load it anew.")]
        else:
            saved = _("Saved. It holds from now on.")
            messages.success(request, saved if done.changes else _("Nothing was changed."))
            return redirect("dashboard:settings")
    history = InstallationChange.objects.select_related("author").order_by("-pk")[:_SHOWN]
    return render(
        request, "dashboard/settings.html",
        {
            "form": form, "above": above, "over": over, "seen": showed, "history": history,
            "may_change": request.user.has_perm(INSTALLATION),  # type: ignore[union-attr]
        },
    )  # fmt: skip
