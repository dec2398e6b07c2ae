"""What a demo shop sells, where it stands, and which taxes it charges.

A profile is a merchant: country, currency, one standard rate and goods that carry no tax,
a foreign store view, and a country that is exported to without tax.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

SIMPLE, VIRTUAL, CONFIGURABLE, BUNDLE = "simple", "virtual", "configurable", "bundle"


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the catalogue; `price` has the tax in it when the shop's prices do."""

    product_id: int
    sku: str
    name: str
    price: Decimal
    kind: str = SIMPLE
    taxed: bool = True
    weight: Decimal = Decimal(1)
    parts: tuple[tuple[str, int], ...] = ()  # skus and quantities inside one bundle
    variants: tuple[str, ...] = ()  # skus of the children of a configurable
    price_fixed: bool = False  # a bundle sold at its own price, not the sum of its parts
    weighting: int = 10  # how often it is bought
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Coupon:
    """A cart price rule: a percentage off each row, or an amount spread over the cart."""

    rule_id: int
    code: str
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    shipping_too: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A town as an address names it; some countries have no regions."""

    city: str
    postcode: str
    region: str = ""
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One merchant. Rates are percentages; `foreign_rate` multiplies base into foreign."""

    code: str
    shop_name: str
    country: str
    currency: str
    symbol: str
    timezone: str
    locale: str
    tax_code: str
    tax_rate: Decimal
    flat_shipping: Decimal
    free_shipping_from: Decimal
    foreign_currency: str
    foreign_rate: Decimal
    foreign_view: str
    export_country: str
    company_suffix: str
    phone: str
    untaxed_class: str
    untaxed: frozenset[str]
    places: tuple[Place, ...]
    export_places: tuple[Place, ...]
    catalogue: dict[str, Product] = field(repr=False)

    @property
    def on_sale(self) -> list[Product]:
        """Products a shopper can put into the cart: not the children of a configurable."""
        return [product for product in self.catalogue.values() if product.visible]


COUPONS = (
    Coupon(1, "WELCOME10", percent=Decimal(10)),
    Coupon(2, "SPRING15", percent=Decimal(15), shipping_too=True),
    Coupon(3, "LOYAL20", amount=Decimal(20)),
    Coupon(4, "SORRY25", amount=Decimal(25), shipping_too=True),
    Coupon(5, "THIRD", percent=Decimal("33.33"), shipping_too=True),
)


def _catalogue(untaxed: frozenset[str]) -> dict[str, Product]:
    rows: list[tuple[str, str, str, int]] = [
        ("MUG-STN", "Stoneware mug", "24.95", 30),
        ("TEA-POT", "Cast iron teapot", "89.00", 8),
        ("BEANS-250", "House blend coffee beans 250 g", "16.50", 40),
        ("BEANS-1KG", "House blend coffee beans 1 kg", "54.00", 25),
        ("HONEY-500", "Raw honey 500 g", "13.33", 25),
        ("OLIVE-750", "Olive oil, first press 750 ml", "21.99", 20),
        ("BOOK-SOUR", "Sourdough, slowly (hardback)", "39.99", 12),
        ("APRON-LIN", 'Linen apron "Baker\'s"', "64.95", 15),
        ("TOWEL-SET", "Tea towels, set of 3", "29.99", 20),
        ("KNIFE-20", "Chef's knife 20 cm", "149.00", 6),
        ("BOARD-ACA", "Acacia board", "72.49", 10),
        ("SALT-PINK", "Murray River pink salt", "9.07", 18),
        ("GRIND-HND", "Hand grinder", "118.18", 7),
        ("CAFETIERE", "Cafetière, 8 cup", "59.95", 9),
        ("FILTER-100", "Paper filters, pack of 100", "7.33", 28),
    ]
    products: dict[str, Product] = {}
    for sku, name, price, weighting in rows:
        products[sku] = Product(
            len(products) + 1, sku, name, Decimal(price), weighting=weighting,
            taxed=sku not in untaxed,
        )  # fmt: skip
    for sku, name, price in (
        ("GUIDE-PDF", "Brewing guide (download)", "9.99"),
        ("CLASS-WEB", "Latte art, online class", "45.00"),
    ):
        products[sku] = Product(
            len(products) + 1, sku, name, Decimal(price), VIRTUAL, weight=Decimal(0), weighting=5
        )
    _add_composites(products)
    return products


def _add_composites(products: dict[str, Product]) -> None:
    sizes = ("S", "M", "L", "XL")
    for size in sizes:
        sku = f"TEE-{size}"
        products[sku] = Product(
            len(products) + 1, sku, f"Roaster's tee {size}", Decimal("34.95"), visible=False
        )
    products["TEE"] = Product(
        len(products) + 1, "TEE", "Roaster's tee", Decimal("34.95"), CONFIGURABLE,
        variants=tuple(f"TEE-{size}" for size in sizes), weighting=25,
    )  # fmt: skip
    products["KIT-BREW"] = Product(
        len(products) + 1, "KIT-BREW", "Brew kit", Decimal(0), BUNDLE, weighting=10,
        parts=(("CAFETIERE", 1), ("BEANS-250", 2), ("MUG-STN", 2)), weight=Decimal(5),
    )  # fmt: skip
    products["BOX-GIFT"] = Product(
        len(products) + 1, "BOX-GIFT", "Gift box", Decimal("79.90"), BUNDLE, price_fixed=True,
        parts=(("TOWEL-SET", 1), ("BOARD-ACA", 1)), weight=Decimal(2), weighting=8,
    )  # fmt: skip


_AU_UNTAXED = frozenset({"BEANS-250", "BEANS-1KG", "HONEY-500", "OLIVE-750", "SALT-PINK"})
_UK_UNTAXED = _AU_UNTAXED | {"BOOK-SOUR"}

AU = Profile(
    code="au", shop_name="Wattle & Stone", country="AU", currency="AUD", symbol="A$",
    timezone="Australia/Sydney", locale="en_AU", tax_code="AU-GST-10", tax_rate=Decimal(10),
    flat_shipping=Decimal("9.95"), free_shipping_from=Decimal(150),
    foreign_currency="NZD", foreign_rate=Decimal("1.0873"), foreign_view="nz",
    export_country="NZ", company_suffix="Pty Ltd", phone="+61 4",
    untaxed_class="GST-free Goods", untaxed=_AU_UNTAXED,
    places=(
        Place("Sydney", "2000", "New South Wales", "NSW"),
        Place("Newcastle", "2300", "New South Wales", "NSW"),
        Place("Melbourne", "3000", "Victoria", "VIC"),
        Place("Geelong", "3220", "Victoria", "VIC"),
        Place("Brisbane", "4000", "Queensland", "QLD"),
        Place("Perth", "6000", "Western Australia", "WA"),
        Place("Adelaide", "5000", "South Australia", "SA"),
        Place("Hobart", "7000", "Tasmania", "TAS"),
        Place("Canberra", "2601", "Australian Capital Territory", "ACT"),
        Place("Darwin", "0800", "Northern Territory", "NT"),
    ),
    export_places=(Place("Auckland", "1010"), Place("Wellington", "6011")),
    catalogue=_catalogue(_AU_UNTAXED),
)  # fmt: skip

UK = Profile(
    code="uk", shop_name="Hearth & Hob", country="GB", currency="GBP", symbol="£",
    timezone="Europe/London", locale="en_GB", tax_code="GB-VAT-20", tax_rate=Decimal(20),
    flat_shipping=Decimal("4.99"), free_shipping_from=Decimal(100),
    foreign_currency="EUR", foreign_rate=Decimal("1.1486"), foreign_view="eu",
    export_country="US", company_suffix="Ltd", phone="+44 7",
    untaxed_class="Zero-rated Goods", untaxed=_UK_UNTAXED,
    places=(
        Place("London", "N1 9GU"), Place("Manchester", "M1 1AE"), Place("Leeds", "LS1 4AP"),
        Place("Bristol", "BS1 5TR"), Place("Glasgow", "G1 1XQ"), Place("Cardiff", "CF10 1EP"),
        Place("Belfast", "BT1 5GS"), Place("St Ives", "TR26 1LP"),
    ),
    export_places=(
        Place("New York", "10001", "New York", "NY"),
        Place("Portland", "97201", "Oregon", "OR"),
    ),
    catalogue=_catalogue(_UK_UNTAXED),
)  # fmt: skip


def _elsewhere(
    country: str, currency: str, symbol: str, tax: tuple[str, str], zone: str, *cities: str
) -> Profile:
    """The same goods in another country: its money, its tax and its towns; it exports to Norway."""
    return replace(
        UK, code=country.casefold(), shop_name=f"Hearth & Hob {country}", country=country,
        currency=currency, symbol=symbol, timezone=zone, locale=f"en_{country}",
        tax_code=tax[0], tax_rate=Decimal(tax[1]), foreign_currency=currency,
        foreign_rate=Decimal(1), foreign_view="abroad", export_country="NO",
        places=tuple(Place(city, f"10{n:03d}") for n, city in enumerate(cities)),
        export_places=(Place("Oslo", "0150"), Place("Bergen", "5003")),
    )  # fmt: skip


# One shop for each further edition of Xero, and for countries of its Global one.
_OTHERS = (
    _elsewhere("NZ", "NZD", "$", ("NZ-GST-15", "15"), "Pacific/Auckland", "Auckland", "Nelson"),
    _elsewhere("US", "USD", "$", ("US-NY-8", "8"), "America/New_York", "Albany", "Buffalo"),
    _elsewhere("IE", "EUR", "€", ("IE-VAT-23", "23"), "Europe/Dublin", "Dublin", "Cork"),
    _elsewhere("DE", "EUR", "€", ("DE-USt-19", "19"), "Europe/Berlin", "Berlin", "Bremen"),
    _elsewhere("FR", "EUR", "€", ("FR-TVA-20", "20"), "Europe/Paris", "Paris", "Lyon"),
    _elsewhere("CA", "CAD", "$", ("CA-HST-13", "13"), "America/Toronto", "Toronto", "Ottawa"),
    _elsewhere("ZA", "ZAR", "R", ("ZA-VAT-15", "15"), "Africa/Johannesburg", "Durban", "Paarl"),
)
PROFILES = {"au": AU, "uk": UK} | {one.code: one for one in _OTHERS}
