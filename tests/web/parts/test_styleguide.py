"""The page of all parts: there for who builds pages, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.web.test_markup import check


def test_the_style_guide_obeys_the_policy(page: Client, settings: Any) -> None:
    settings.SANDBOX = True

    for address in ("/styleguide/", "/styleguide/?confirm=1"):
        check(page.get(address))


def test_an_installation_in_use_has_no_style_guide(page: Client) -> None:
    assert page.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shows_a_field_that_was_refused(page: Client, settings: Any, theme: str) -> None:
    settings.DEBUG = True

    text = page.get("/styleguide/").text

    assert f'id="id_{theme}-name_error"' in text
    assert "299 Sales until 2024 cannot be chosen here: archived in Xero. Choose another." in text
