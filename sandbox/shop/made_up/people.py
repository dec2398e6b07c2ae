"""A demo shop's customers: the same number and seed always give the same person."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from sandbox.shop.made_up.profiles import Place, Profile

_FIRST = (
    "Olivia", "Noah", "Charlotte", "Jack", "Amelia", "William", "Isla", "Leo", "Mia", "Henry",
    "Zoë", "José", "Renée", "Søren", "Aoife", "Nguyễn", "Mei", "Priya", "Mohammed", "Siobhán",
    "Björn", "Chloé", "D'Arcy", "Anna-Lena", "Łukasz", "Tama", "Ruby", "Oscar", "Grace", "Ada",
)  # fmt: skip
_LAST = (
    "Smith", "Jones", "Williams", "Brown", "Wilson", "Taylor", "O'Brien", "O’Connor", "Nguyen",
    "Müller", "García", "Kowalska", "Fernández-López", "van der Berg", "MacDonald", "Singh",
    "Chen", "Åkesson", "D'Angelo", "St. John", "Walker", "Patel", "Thompson", "Lee", "Kelly",
)  # fmt: skip
_STREETS = ("George St", "Church Lane", "High Street", "Station Road", "Bay Terrace", "King's Rd")
_TRADES = ("Corner Café", "Brothers & Sons", "Catering", "Interiors", "Bäckerei", "Office Supplies")


@dataclass(frozen=True, slots=True)
class Customer:
    """A person. `registered` customers have an account, the others buy as guests."""

    number: int
    firstname: str
    lastname: str
    email: str
    registered: bool
    country: str
    place: Place
    street: tuple[str, ...]
    telephone: str
    company: str = ""
    vat_id: str = ""
    foreign: bool = False


def customer(profile: Profile, *, seed: int, number: int) -> Customer:
    """Customer `number` (from 1) of a shop; about one in eight is a company."""
    rng = random.Random(f"customer/{seed}/{number}")
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    if rng.random() < 0.02:
        first += " " + rng.choice(("🌸", "☕", "🦘"))
    foreign = rng.random() < 0.04
    place = rng.choice(profile.export_places if foreign else profile.places)
    street = [f"{rng.randint(1, 399)} {rng.choice(_STREETS)}"]
    if rng.random() < 0.2:
        street.append(f"Unit {rng.randint(1, 40)}")
    company = vat_id = ""
    if rng.random() < 0.12:
        company = f"{last} {rng.choice(_TRADES)} {profile.company_suffix}"
        vat_id = _tax_number(profile, rng) if rng.random() < 0.7 and not foreign else ""
    return Customer(
        number=number, firstname=first, lastname=last, email=_email(first, last, number),
        registered=rng.random() < 0.45,
        country=profile.export_country if foreign else profile.country, place=place,
        street=tuple(street), telephone=f"{profile.phone}{rng.randint(10**7, 10**8 - 1)}",
        company=company, vat_id=vat_id, foreign=foreign,
    )  # fmt: skip


def _tax_number(profile: Profile, rng: random.Random) -> str:
    if profile.code == "uk":
        return f"GB{rng.randint(10**8, 10**9 - 1)}"
    return f"{rng.randint(10, 99)} {rng.randint(100, 999)} {rng.randint(100, 999)} 000"


def _email(first: str, last: str, number: int) -> str:
    folded = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
    local = "".join(c for c in folded.lower() if c.isalnum() or c in ".-").strip(".-")
    return f"{local}.{number}@example.com"
