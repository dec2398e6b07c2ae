"""What a merchant enters to connect a CS-Cart shop; the form is made from it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_NONE = SecretStr("")


class CSCartCredentials(BaseModel):
    """An administrator who may use the API and the key that CS-Cart made for it, or the two keys
    of the add-on, or all four."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str = Field("", title="E-mail")
    api_key: SecretStr = Field(_NONE, title="API key")
    key: SecretStr = Field(_NONE, title="Key")
    secret: SecretStr = Field(_NONE, title="Secret")

    @field_validator("*", mode="before")
    @classmethod
    def _stripped(cls, value: object) -> object:
        """Pasted keys carry blanks."""
        return value.strip() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        pairs = (
            (bool(self.email), bool(self.api_key.get_secret_value())),
            (
                bool(self.key.get_secret_value()),
                bool(self.secret.get_secret_value()),
            ),
        )
        if not any(map(any, pairs)) or any(one != other for one, other in pairs):
            raise ValueError("give email and api_key, or key and secret, or all four")
        return self

    @property
    def for_api(self) -> bool:
        """Whether they open the REST API."""
        return bool(self.email)

    @property
    def for_addon(self) -> bool:
        """Whether they sign calls to the add-on."""
        return bool(self.key.get_secret_value())
