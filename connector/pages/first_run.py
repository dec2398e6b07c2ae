"""The first visit: make the first administrator, then begin the set-up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView


class AdministratorForm(BaseUserCreationForm):
    """User name and password, with the same checks as everywhere."""

    class Meta:
        model = User
        fields = ("username",)
        labels = {"username": gettext_lazy("User name")}
        help_texts = {"username": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password2"].label = _("Password again")
        self.fields["password2"].help_text = ""

    def save_first(self) -> User | None:
        """Create the administrator unless somebody has an account by now.

        The lock is on a row that every installation has: of two people who send the form at
        the same time, the second finds the first one's account. (On SQLite the transaction
        itself is the lock.)
        """
        with transaction.atomic():
            ContentType.objects.select_for_update().get(app_label="auth", model="user")
            if get_user_model().objects.exists():
                return None
            user = super().save(commit=False)
            user.is_staff = user.is_superuser = True
            user.save()
        return user


@method_decorator(
    [login_not_required, never_cache, sensitive_post_parameters("password1", "password2")],
    name="dispatch",
)
class FirstRun(FormView):
    """Open to everybody, and only as long as nobody has an account."""

    template_name = "dashboard/first_run.html"
    form_class = AdministratorForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if get_user_model().objects.exists():
            return redirect("dashboard:overview")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AdministratorForm) -> HttpResponse:
        user = form.save_first()
        if user is None:
            return redirect("account_login")
        login(self.request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("set-up:start")
