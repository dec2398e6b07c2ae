"""What OpenCart is, to the rest of the product. Its shops cannot be read yet. Pure."""

from __future__ import annotations

from stores.profile import Credential, PlatformProfile, WayIn

PROFILE = PlatformProfile(
    kind="opencart",
    label="OpenCart",
    ways_in=(WayIn((Credential("key", "key"), Credential("secret", "secret"))),),
    # An order states the tax of one piece, and that before coupons.
    tax_per_line=False,
)
