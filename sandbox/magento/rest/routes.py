"""From a REST request to Magento's answer, errors included."""

from __future__ import annotations

import re
import secrets

from sandbox.magento.oauth import Call, Refused
from sandbox.magento.rest import customers, goods, rights, sales, search, setup
from sandbox.magento.rest.messages import Missing, Request, refusal
from sandbox.magento.rest.table import Found
from sandbox.magento.shop import MagentoShop
from sandbox.shop.refusals import NotPossible
from sandbox.shop.serving.wire import Answer, said

_TABLES = (sales.routes, goods.routes, customers.routes, setup.routes)
_LOGGED = "Internal Error. Details are available in Magento log file. Report ID: webapi-"


def answer(shop: MagentoShop, request: Request) -> Answer:
    """Magento's answer to a REST request, errors included."""
    match = re.fullmatch(r"/rest/(?:([a-z_]+)/)?V1/(.+)", request.path)
    codes = ("all", "default", "admin", shop.profile.foreign_view)
    if match and match[1] and match[1] not in codes:
        text = "The store that was requested wasn't found. Verify the store and try again."
        return said({"message": text}, 404)
    try:
        found = _find(request.method, match[2]) if match else None
        if found is None or (found[1] == rights.SALES_STOCK and not shop.stock.multi_source):
            return said({"message": "Request does not match any route."}, 404)
        path, resource, handler = found
        _authorize(shop, request, resource)
        with shop.lock:
            return said(handler(shop, request, path))
    except Refused as refused:
        return refusal(refused)
    except search.CriteriaMissing:
        parameters = {"fieldName": "searchCriteria"}
        return said({"message": '"%fieldName" is required', "parameters": parameters}, 400)
    except search.UnknownField:
        return said({"message": _LOGGED + secrets.token_hex(7)[:13]}, 500)
    except NotPossible as error:
        return said({"message": str(error)}, 400)
    except Missing as error:
        return said({"message": str(error)}, 404)


def _find(method: str, path: str) -> Found | None:
    return next((found for table in _TABLES if (found := table.find(method, path))), None)


def _authorize(shop: MagentoShop, request: Request, resource: str) -> None:
    url = request.base_url + request.path
    shop.gate.check(Call(request.method, url, request.query, request.authorization), resource)
    if resource in shop.denied:
        text = "The consumer isn't authorized to access %resources."
        raise Refused(401, text, {"resources": resource})
