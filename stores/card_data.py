"""Card numbers in text that people and gateways wrote: how they are found and taken out. Pure."""

from __future__ import annotations

import re

REMOVED = "[removed]"

# What a value must not be kept under, by a word in its name.
SECRET = re.compile(
    r"cvv|cvc|cvn|csc|security_?code|cid$|card_?num|cc_?num|account_?num|\bpan\b|iban"
    r"|token|secret|password|nonce|signature|private_?key|public_hash",
    re.IGNORECASE,
)
# Anywhere in a payment: 13 to 19 digits however they are parted. In texts only as cards are
# written, because order numbers, dates and phones stand side by side there.
LOOSE = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
GROUPED = re.compile(
    r"(?<!\d)(?:\d{13,19}"
    r"|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}(?:[ -]\d{1,3})?"
    r"|\d{4}[ -]\d{6}[ -]\d{4,5})(?!\d)"
)


def masked(text: str, pattern: re.Pattern[str] = GROUPED) -> str:
    """The text without card numbers, as the pattern finds them."""
    return pattern.sub(lambda found: REMOVED if is_card(found[0]) else found[0], text)


def is_card(text: str) -> bool:
    """Whether the digits pass Luhn's check and are as many as a card has."""
    digits = [int(character) for character in text if character.isdigit()]
    if not 13 <= len(digits) <= 19 or not any(digits):
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
