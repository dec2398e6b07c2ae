"""Which adapter speaks to which platform."""

from __future__ import annotations

from typing import Any

import pytest

from connector.lib.errors import Misconfigured
from stores import registry
from stores.adapters.magento.adapter import MagentoAdapter


def test_the_adapter_of_a_platform_is_found_by_its_name() -> None:
    assert registry.adapter_class("magento") is MagentoAdapter
    assert "magento" in registry.platforms()


def test_an_unknown_platform_names_the_known_ones(settings: Any) -> None:
    settings.STORE_ADAPTERS = {"b": "x.B", "a": "x.A"}

    with pytest.raises(Misconfigured) as refused:
        registry.adapter_class("shopify")

    assert str(refused.value) == "This version cannot read shopify shops; it reads: a, b."
    assert (refused.value.code, refused.value.field) == ("unknown_platform", "platform")


def test_an_adapter_that_cannot_be_imported_says_which(settings: Any) -> None:
    settings.STORE_ADAPTERS = {"lost": "stores.adapters.lost.Adapter"}

    with pytest.raises(Misconfigured) as refused:
        registry.adapter_class("lost")

    assert refused.value.code == "adapter_import"
    assert "stores.adapters.lost.Adapter" in str(refused.value)


def test_every_platform_that_is_named_in_the_settings_can_be_loaded() -> None:
    assert [registry.adapter_class(one).kind for one in registry.platforms()] == [
        *registry.platforms()
    ]


def test_without_a_setting_the_built_in_adapters_are_known(settings: Any) -> None:
    del settings.STORE_ADAPTERS

    assert registry.platforms() == ("magento",)
