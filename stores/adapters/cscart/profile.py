"""What CS-Cart is, to the rest of the product. Its shops cannot be read yet. Pure."""

from __future__ import annotations

from stores.profile import Credential, PlatformProfile, WayIn

PROFILE = PlatformProfile(
    kind="cscart",
    label="CS-Cart",
    ways_in=(
        WayIn((Credential("email", "e-mail"), Credential("api_key", "API key", in_the_clear=True))),
    ),
)
