"""Where a log-in leads whose session had ended: back to the page, saying that nothing was done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from connector.lib.rights import right


@right()
@require_safe
def not_carried_out(request: HttpRequest) -> HttpResponse:
    """`?page=` is the page on which something was clicked."""
    page = request.GET.get("page", "")
    if not page.startswith("/") or not url_has_allowed_host_and_scheme(
        page, {request.get_host()}, request.is_secure()
    ):
        page = reverse("dashboard:overview")
    messages.warning(
        request,
        _(
            "Your log-in had ended, so what you clicked was not carried out, and nothing was "
            "changed. Look at the page as it is now, then click again."
        ),
    )
    return HttpResponseRedirect(page)
