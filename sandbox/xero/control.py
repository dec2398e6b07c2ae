"""The control API under /_sandbox/: JSON, without a log-in, from loopback only."""

from __future__ import annotations

from typing import Any

from sandbox.xero.app import App
from sandbox.xero.wire import Doc, Refused, Request, Response, answer, loads, refusal

PREFIX = "/_sandbox/"


def handle(app: App, request: Request, address: str) -> Response:
    """The answer to a control request. What is not understood is a 400 that says why."""
    if address not in ("127.0.0.1", "::1"):
        return answer({"error": "loopback only"}, 403)
    name = request.path[len(PREFIX) :].strip("/")
    try:
        body = loads(request.body) if request.body else {}
        found = _act(app, request, name, body)
    except Refused as error:
        return refusal(error)
    except (ValueError, KeyError, TypeError) as error:
        return answer({"error": str(error)}, 400)
    return answer({"error": "not found"}, 404) if found is None else answer(found)


def _act(app: App, request: Request, name: str, body: Any) -> Any:
    if request.method == "GET":
        return _read(app, request, name)
    if request.method != "POST":
        return None
    if not isinstance(body, dict) and name != "faults":
        raise ValueError("the body must be an object")
    if name == "reset":
        app.reset(str(body.get("what", "all")))
        return {"ok": True}
    if name == "faults":
        return _faults(app, body)
    if name == "person":
        args = {k: v for k, v in body.items() if k not in ("act", "tenant")}
        return app.person(str(body.get("act")), tenant=body.get("tenant"), **args)
    if name == "connect":
        options = {k: body[k] for k in ("scope", "client_id") if k in body}
        return app.connect(*(body.get("tenants") or ()), **options)
    if name == "config":
        return app.configure(body)
    return None


def _read(app: App, request: Request, name: str) -> Any:
    if name == "stats":
        return app.stats()
    if name == "faults":
        return app.faults.report()
    if name == "ledger":
        return app.ledger(request.query.get("tenant"))
    if name == "config":
        return app.configure({})
    return None


def _faults(app: App, body: Any) -> list[Doc]:
    """`[fault, …]`, `{"faults": [...]}` or one fault; `{"clear": true}` disarms all first."""
    specs = body
    if isinstance(body, dict):
        if body.get("clear"):
            app.faults.clear()
        specs = body.get("faults") or ([body] if "kind" in body else [])
    if not isinstance(specs, list) or not all(isinstance(spec, dict) for spec in specs):
        raise ValueError('a fault, a list of faults or {"faults": [...]} is expected')
    app.arm(*specs)
    return app.faults.report()
