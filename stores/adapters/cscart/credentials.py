"""What a merchant enters to connect a CS-Cart shop; the form is made from it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class CSCartCredentials(BaseModel):
    """An administrator who may use the API, and the key that CS-Cart made for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str = Field(title="E-mail", min_length=3)
    api_key: SecretStr = Field(title="API key", min_length=1)

    @field_validator("*", mode="before")
    @classmethod
    def _stripped(cls, value: object) -> object:
        """Pasted keys carry blanks."""
        return value.strip() if isinstance(value, str) else value
