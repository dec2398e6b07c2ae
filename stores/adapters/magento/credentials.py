"""What a merchant enters to connect a Magento shop; the form is made from it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


class MagentoCredentials(BaseModel):
    """Either the four keys of an integration, or a bearer token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    consumer_key: SecretStr | None = Field(None, title="Consumer key")
    consumer_secret: SecretStr | None = Field(None, title="Consumer secret")
    access_token: SecretStr | None = Field(None, title="Access token")
    access_token_secret: SecretStr | None = Field(None, title="Access token secret")
    bearer: SecretStr | None = Field(
        None,
        title="Bearer token",
        description="Instead of the four keys, where the shop allows standalone bearer tokens.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        """Pasted keys carry blanks; an empty field of a form is no key."""
        return (value.strip() or None) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        missing = [name for name in _KEYS if getattr(self, name) is None]
        if self.bearer is not None:
            if len(missing) < len(_KEYS):
                raise ValueError("enter either the four keys or a bearer token, not both")
        elif missing:
            raise ValueError(f"missing: {', '.join(missing)} (or a bearer token instead)")
        return self

    @property
    def keys(self) -> tuple[SecretStr, SecretStr, SecretStr, SecretStr]:
        """Consumer key and secret, access token and secret; only where there is no bearer."""
        found = [key for name in _KEYS if (key := getattr(self, name)) is not None]
        one, two, three, four = found
        return one, two, three, four
