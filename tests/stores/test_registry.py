"""Which adapter speaks to which platform."""

from __future__ import annotations

from typing import Any

import pytest

from connector.lib.errors import Misconfigured
from stores import registry
from stores.adapters.magento.adapter import MagentoAdapter
from stores.adapters.magento.profile import PROFILE


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
    assert [registry.adapter_class(one).profile.kind for one in registry.platforms()] == [
        *registry.platforms()
    ]


def test_every_platform_has_a_profile_of_its_name() -> None:
    assert [one.kind for one in registry.profiles().values()] == ["magento", "opencart", "cscart"]
    assert registry.profile("magento") is PROFILE


def test_a_platform_with_a_profile_alone_cannot_be_read(settings: Any) -> None:
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | {"toy": "tests.stores.toy.profile.PROFILE"}
    read = ("cscart", "magento", "opencart")
    assert (registry.platforms(), registry.is_read("toy")) == (read, False)

    with pytest.raises(Misconfigured) as refused:
        registry.adapter_class("toy")

    said = "This version cannot read toy shops; it reads: cscart, magento, opencart."
    assert str(refused.value) == said
    assert (refused.value.code, refused.value.field) == ("unknown_platform", "platform")


@pytest.mark.parametrize("paths", [{}, {"lost": "stores.adapters.lost.Adapter"}])
def test_of_a_platform_that_is_gone_no_more_than_its_name_is_known(
    settings: Any, paths: dict[str, str]
) -> None:
    settings.STORE_ADAPTERS = paths

    gone = registry.profile("lost")

    assert (gone.kind, gone.label, gone.statuses_hold) == ("lost", "lost", False)
    assert gone.total_rows == {}
    assert gone.credential_problems({"any": "thing"}) == []
    assert gone.overheard("http://shop.example.com", ["bearer"]) == ""
