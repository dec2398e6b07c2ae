"""What connects an OpenCart shop: the two keys of its extension."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class OpenCartCredentials(BaseModel):
    """The extension shows them as one pairing code, and each by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr = Field(title="Key", min_length=1)
    secret: SecretStr = Field(title="Secret", min_length=1)

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        """Pasted keys carry blanks."""
        return value.strip() if isinstance(value, str) else value
