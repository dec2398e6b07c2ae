"""The organisations that the stand-in starts with. Everything is the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.xero.books.organisation import Organisation, guid
from sandbox.xero.books.state import State
from sandbox.xero.charts import editions
from sandbox.xero.documents.reference import CLASSES
from sandbox.xero.wire import Doc

_BORN = datetime(2024, 7, 1, tzinfo=UTC)

# code, name, type, default tax (AU), extra facts
_ACCOUNTS: list[tuple[str | None, str, str, str, Doc]] = [
    ("090", "Business Bank Account", "BANK", "BASEXCLUDED", {"BankAccountNumber": "0129050901"}),
    ("091", "Stripe Clearing", "BANK", "BASEXCLUDED", {"BankAccountNumber": "STRIPE1"}),
    ("092", "PayPal Clearing", "BANK", "BASEXCLUDED", {"BankAccountNumber": "PAYPAL1"}),
    (None, "Savings without a code", "BANK", "BASEXCLUDED", {"BankAccountNumber": "0129050902"}),
    ("094", "US Dollar Account", "BANK", "BASEXCLUDED", {"CurrencyCode": "USD"}),
    ("200", "Sales", "REVENUE", "OUTPUT", {}),
    ("201", "Wholesale Sales", "SALES", "OUTPUT", {}),
    ("202", "Shipping", "REVENUE", "OUTPUT", {}),
    ("203", "Services", "REVENUE", "OUTPUT", {}),
    ("205", "Discounts", "REVENUE", "OUTPUT", {}),
    ("206", "Old Sales", "REVENUE", "OUTPUT", {"Status": "ARCHIVED"}),
    ("207", "Export Sales", "REVENUE", "EXEMPTEXPORT", {}),
    ("260", "Other Revenue", "REVENUE", "OUTPUT", {}),
    ("270", "Interest Income", "OTHERINCOME", "EXEMPTOUTPUT", {}),
    ("300", "Purchases", "DIRECTCOSTS", "INPUT", {}),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "INPUT", {}),
    ("404", "Bank Fees", "EXPENSE", "EXEMPTEXPENSES", {}),
    ("405", "Payment Gateway Fees", "EXPENSE", "INPUT", {}),
    ("429", "General Expenses", "EXPENSE", "INPUT", {}),
    ("430", "Gift Card Promotions", "OVERHEADS", "BASEXCLUDED", {}),
    ("610", "Accounts Receivable", "CURRENT", "BASEXCLUDED", {"SystemAccount": "DEBTORS"}),
    ("620", "Prepayments", "PREPAYMENT", "BASEXCLUDED", {}),
    ("630", "Inventory", "INVENTORY", "BASEXCLUDED", {}),
    ("710", "Office Equipment", "FIXED", "INPUT", {}),
    ("800", "Accounts Payable", "CURRLIAB", "BASEXCLUDED", {"SystemAccount": "CREDITORS"}),
    ("820", "GST", "CURRLIAB", "BASEXCLUDED", {"SystemAccount": "GST"}),
    ("835", "Gift Card Liability", "CURRLIAB", "BASEXCLUDED", {"EnablePaymentsToAccount": True}),
    ("836", "Store Credit", "CURRLIAB", "BASEXCLUDED", {"EnablePaymentsToAccount": True}),
    ("837", "Reward Points", "CURRLIAB", "BASEXCLUDED", {"EnablePaymentsToAccount": True}),
    ("838", "Sales Tax Payable", "CURRLIAB", "BASEXCLUDED", {}),
    ("860", "Rounding", "CURRLIAB", "BASEXCLUDED", {"SystemAccount": "ROUNDING"}),
    ("960", "Retained Earnings", "EQUITY", "BASEXCLUDED", {"SystemAccount": "RETAINEDEARNINGS"}),
    ("970", "Cash on Delivery Clearing", "CURRENT", "BASEXCLUDED", {"EnablePaymentsToAccount": 1}),
    ("971", "Afterpay Clearing", "CURRENT", "BASEXCLUDED", {"EnablePaymentsToAccount": 1}),
]

_A, _Q, _E, _L, _R = "Assets", "Equity", "Expenses", "Liabilities", "Revenue"
_SALES, _COSTS, _ALL = (_A, _L, _R), (_A, _L, _E), (_A, _Q, _E, _L, _R)
# tax type, name, percent, where it applies, status
_AU_TAX = [
    ("OUTPUT", "GST on Income", "10", _SALES, "ACTIVE"),
    ("INPUT", "GST on Expenses", "10", _COSTS, "ACTIVE"),
    ("CAPEXINPUT", "GST on Capital", "10", _COSTS, "ACTIVE"),
    ("EXEMPTOUTPUT", "GST Free Income", "0", _SALES, "ACTIVE"),
    ("EXEMPTEXPORT", "GST Free Exports", "0", _SALES, "ACTIVE"),
    ("EXEMPTEXPENSES", "GST Free Expenses", "0", _COSTS, "ACTIVE"),
    ("INPUTTAXED", "Input Taxed", "0", _SALES, "ACTIVE"),
    ("BASEXCLUDED", "BAS Excluded", "0", _ALL, "ACTIVE"),
    ("GSTONIMPORTS", "GST on Imports", "0", _COSTS, "ACTIVE"),
    ("TAX001", "New Zealand GST 15%", "15", _SALES, "ACTIVE"),
    ("TAX002", "Old State Levy", "12.5", _SALES, "ARCHIVED"),
]
_UK_TAX = [
    ("OUTPUT2", "20% (VAT on Income)", "20", _SALES, "ACTIVE"),
    ("INPUT2", "20% (VAT on Expenses)", "20", _COSTS, "ACTIVE"),
    ("RROUTPUT", "5% (VAT on Income)", "5", _SALES, "ACTIVE"),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "0", _SALES, "ACTIVE"),
    ("ZERORATEDINPUT", "Zero Rated Expenses", "0", _COSTS, "ACTIVE"),
    ("EXEMPTOUTPUT", "Exempt Income", "0", _SALES, "ACTIVE"),
    ("EXEMPTINPUT", "Exempt Expenses", "0", _COSTS, "ACTIVE"),
    ("ECZROUTPUT", "Zero Rated EC Goods Income", "0", _SALES, "ACTIVE"),
    ("ECZROUTPUTSERVICES", "Zero Rated EC Services", "0", _SALES, "ACTIVE"),
    ("NONE", "No VAT", "0", _ALL, "ACTIVE"),
    ("TAX001", "Germany VAT 19% (OSS)", "19", _SALES, "ACTIVE"),
    ("TAX002", "France VAT 20% (OSS)", "20", _SALES, "ACTIVE"),
    ("TAX003", "Ireland VAT 23% (OSS)", "23", _SALES, "ACTIVE"),
]
# The chart is Australian; this is what its default taxes are called elsewhere.
_UK_NAMES = {
    "OUTPUT": "OUTPUT2",
    "INPUT": "INPUT2",
    "BASEXCLUDED": "NONE",
    "EXEMPTEXPORT": "ZERORATEDOUTPUT",
    "EXEMPTEXPENSES": "EXEMPTINPUT",
}


def _facts(name: str, country: str, number: int) -> Doc:
    uk = country == "GB"
    tenant = guid("organisation", number)
    return {
        "OrganisationID": tenant,
        "Name": name,
        "LegalName": name,
        "PaysTax": True,
        "Version": "UK" if uk else "AU",
        "OrganisationType": "COMPANY",
        "OrganisationEntityType": "COMPANY",
        "BaseCurrency": "GBP" if uk else "AUD",
        "CountryCode": country,
        "IsDemoCompany": number < 2,
        "OrganisationStatus": "ACTIVE",
        "TaxNumber": "GB123456789" if uk else "11 111 111 138",
        "FinancialYearEndDay": 31 if uk else 30,
        "FinancialYearEndMonth": 3 if uk else 6,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": _BORN,
        "Timezone": "GMTSTANDARDTIME" if uk else "AUSEASTERNSTANDARDTIME",
        "ShortCode": f"!{'UK' if uk else 'AU'}d{number:03d}",
        "Class": "DEMO" if number < 2 else "STANDARD",
        "Edition": "BUSINESS",
        "_number": number,
        "_counter": 0,
        "_numbers": {},
        "_approved": {},
        "_approve_limit": None,
        "_actions": [
            {"Name": action, "Status": "ALLOWED"}
            for action in ("UseMulticurrency", "CreateApprovedInvoice", "CreateDraftInvoice")
        ],
    }


def _accounts(organisation: Organisation, *, uk: bool) -> None:
    for code, name, kind, tax, extra in _ACCOUNTS:
        account = {
            "AccountID": organisation.new_id(),
            "Code": code,
            "Name": name.replace("GST", "VAT") if uk else name,
            "Type": kind,
            "Class": CLASSES[kind],
            "Status": extra.get("Status", "ACTIVE"),
            "TaxType": _UK_NAMES.get(tax, tax) if uk else tax,
            "EnablePaymentsToAccount": bool(extra.get("EnablePaymentsToAccount")),
            "ShowInExpenseClaims": False,
            "SystemAccount": extra.get("SystemAccount"),
            "ReportingCode": CLASSES[kind][:3],
            "HasAttachments": False,
            "AddToWatchlist": False,
        }
        if kind == "BANK":
            account["BankAccountType"] = "BANK"
            account["BankAccountNumber"] = extra.get("BankAccountNumber", "0129050903")
            account["CurrencyCode"] = extra.get("CurrencyCode", organisation.base_currency)
        organisation.save("Accounts", account)


def _tax_rates(organisation: Organisation, *, uk: bool) -> None:
    for kind, name, percent, applies, status in _UK_TAX if uk else _AU_TAX:
        rate = Decimal(percent).quantize(Decimal("0.0000"))
        component = {"Name": "VAT" if uk else "GST", "Rate": rate, "IsCompound": False}
        doc = {
            "_id": kind.lower(),
            "Name": name,
            "TaxType": kind,
            "Status": status,
            "DisplayTaxRate": rate,
            "EffectiveRate": rate,
            "TaxComponents": [{**component, "IsNonRecoverable": False}],
        }
        for area in _ALL:
            doc[f"CanApplyTo{area}"] = area in applies
        organisation.save("TaxRates", doc)


def _the_rest(organisation: Organisation) -> None:
    for code, text in (
        ("AUD", "Australian Dollar"),
        ("NZD", "New Zealand Dollar"),
        ("USD", "US Dollar"),
        ("EUR", "Euro"),
        ("GBP", "British Pound"),
    ):
        doc = {"_id": code.lower(), "Code": code, "Description": text}
        organisation.save("Currencies", doc)
    for name, options in (("Region", ("North", "South", "Online")), ("Channel", ("Web", "Shop"))):
        category = {
            "TrackingCategoryID": organisation.new_id(),
            "Name": name,
            "Status": "ACTIVE",
            "Options": [
                {"TrackingOptionID": organisation.new_id(), "Name": one, "Status": "ACTIVE"}
                for one in options
            ],
        }
        organisation.save("TrackingCategories", category)
    theme = {"BrandingThemeID": organisation.new_id(), "Name": "Standard", "SortOrder": 0}
    theme |= {"Type": "INVOICE", "CreatedDateUTC": _BORN}
    organisation.save("BrandingThemes", theme)


def add_organisation(state: State, name: str, country: str, number: int) -> Organisation:
    """One organisation with a full chart of accounts; `number` makes its ids."""
    organisation = state.add(_facts(name, country, number))
    _accounts(organisation, uk=country == "GB")
    _tax_rates(organisation, uk=country == "GB")
    _the_rest(organisation)
    return organisation


def add_edition(state: State, country: str, number: int) -> Organisation:
    """A new organisation of the country's edition of Xero, with the chart that it begins with."""
    facts = _facts(editions.name_of(country), country, number)
    organisation = editions.add(state, facts | {"IsDemoCompany": True, "Class": "DEMO"}, country)
    _the_rest(organisation)
    code = organisation.base_currency
    organisation.save("Currencies", {"_id": code.lower(), "Code": code, "Description": code})
    return organisation


def seed(state: State, extra: int = 0, countries: Sequence[str] = ()) -> None:
    """The two demo companies, so many further Australian ones, and a new one of each country."""
    add_organisation(state, "Demo Company (AU)", "AU", 0)
    add_organisation(state, "Demo Company (UK)", "GB", 1)
    for number in range(extra):
        add_organisation(state, f"Load Test {number + 1}", "AU", number + 2)
    for number, country in enumerate(countries, extra + 2):
        add_edition(state, country, number)
