"""A page of its own that asks before something is done, and says what happens and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True, slots=True)
class Question:
    """`button` is a verb with its object. The form goes to `address`, with what is `carried`
    (name, value) hidden in it; `form` asks for more, such as why. `back` is the way out."""

    title: str
    sentence: str
    button: str
    address: str
    back: str
    happens: Sequence[str] = ()
    stays: Sequence[str] = ()
    carried: Sequence[tuple[str, Any]] = ()
    form: BaseForm | None = None
    danger: bool = False


def confirm(
    request: HttpRequest, question: Question, template: str = "parts/confirm.html", **context: Any
) -> HttpResponse:
    """The page with the question. A template that extends this one shows more in its `about`."""
    return render(request, template, {"question": question, **context})
