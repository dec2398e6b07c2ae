"""When an invoice is due: so many days after its date, on a day of the next month, so long after
the end of its month, or by the contact's own terms in Xero. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from accounting.contacts.matching import ContactAnswer
from accounts_mapping.rules.due import AfterMonth, DayOfMonth, Due
from accounts_mapping.rules.mapped_order import MappedOrder
from xero.documents.facts import PaymentTerms


def due_date(mapped: MappedOrder, day: date, contact: ContactAnswer | None) -> date:
    """The due date of an invoice of this day."""
    return due_on(mapped.terms.due, day, contact.terms if contact is not None else None)


def due_on(due: Due, day: date, terms: PaymentTerms | None) -> date:
    """The due date of a document of this day. `terms` are the contact's, None where it has
    none: due at once."""
    if isinstance(due, DayOfMonth):
        return _in_month(_next_month(day), due.day)
    if isinstance(due, AfterMonth):
        return _end_of_month(day) + timedelta(days=due.days)
    if due == "contact":
        return day if terms is None else _by_terms(terms, day)
    return day + timedelta(days=int(due))


def _by_terms(terms: PaymentTerms, day: date) -> date:
    """Xero's four kinds of terms (Xero developer documentation, Contacts); never before the
    invoice's own date."""
    match terms.type:
        case "DAYSAFTERBILLDATE":
            return day + timedelta(days=terms.day)
        case "DAYSAFTERBILLMONTH":
            return _end_of_month(day) + timedelta(days=terms.day)
        case "OFFOLLOWINGMONTH":
            return _in_month(_next_month(day), terms.day)
        case "OFCURRENTMONTH":
            return max(day, _in_month(day, terms.day))
    return day


def _in_month(month: date, number: int) -> date:
    """That day of a month; its last one where it has fewer."""
    last = monthrange(month.year, month.month)[1]
    return month.replace(day=max(1, min(number, last)))


def _end_of_month(day: date) -> date:
    return _in_month(day, 31)


def _next_month(day: date) -> date:
    return _end_of_month(day) + timedelta(days=1)
