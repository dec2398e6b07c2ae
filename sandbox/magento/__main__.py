"""Run the demo shop: `python -m sandbox.magento --port 8090 --orders 50 --seed 1`."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from datetime import UTC, datetime, timedelta

from connector.lib import clock
from sandbox.magento.generate import Plan
from sandbox.magento.profiles import PROFILES
from sandbox.magento.shop import DemoShop


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.magento", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--orders", type=int, default=50, help="orders of the past --days")
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--customers", type=int, help="how many people bought those orders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="au")
    parser.add_argument("--prices", choices=("inclusive", "exclusive"), default="inclusive")
    parser.add_argument("--paid-only", action="store_true", help="no pending or canceled orders")
    parser.add_argument("--no-refunds", action="store_true", help="no credit memos to begin with")
    parser.add_argument("--no-bearer", action="store_true", help="OAuth signing only")
    parser.add_argument("--rfc", action="store_true", help="sign paths as RFC 5849 has it")
    parser.add_argument("--classic-stock", action="store_true", help="no multi-source inventory")
    parser.add_argument("--foreign", type=float, default=0.03, help="share in foreign currency")
    parser.add_argument("--coupons", type=float, default=0.18, help="share with a coupon")
    parser.add_argument("--epoch", help="ISO moment the past is counted from; now if not given")
    parser.add_argument("--trickle", type=float, help="place an order every so many seconds")
    parser.add_argument(
        "--hook", metavar="URL", default="",
        help="tell changes to this address, signed with HOOK_SECRET of the environment",
    )  # fmt: skip
    parser.add_argument("--die-with-parent", action="store_true", help="stop when stdin closes")
    return parser


def build(options: argparse.Namespace) -> DemoShop:
    """The shop that the options describe, not yet started."""
    customers = options.customers or max(1, options.orders * 4 // 5)
    plan = Plan(
        seed=options.seed, profile=options.profile, inclusive=options.prices == "inclusive",
        customers=customers, orders_per_customer=max(1.0, options.orders / customers),
        paid_only=options.paid_only, foreign=options.foreign, coupons=options.coupons,
    )  # fmt: skip
    return DemoShop(
        orders=options.orders, plan=plan, epoch=_epoch(options.epoch), days=options.days,
        with_refunds=not options.no_refunds, bearer=not options.no_bearer, rfc=options.rfc,
        port=options.port, multi_source=not options.classic_stock,
    )  # fmt: skip


def _epoch(text: str | None) -> datetime:
    if text is None:
        return clock.now().replace(microsecond=0)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def trickle(shop: DemoShop, seconds: float) -> None:
    """Place an order at every `seconds` after the epoch, those that are overdue at once.

    Counting from the epoch makes a restarted shop with the same seed and epoch the same shop.
    """
    due = shop.epoch
    while not shop.stopping.is_set():
        due += timedelta(seconds=seconds)
        wait = (due - shop.now()).total_seconds()
        if wait > 0 and shop.stopping.wait(clock.wall_seconds(wait)):
            return
        shop.add_orders(1, at=due)


def main() -> None:
    """Serve until the process is stopped, or stdin closes with --die-with-parent."""
    options = _arguments().parse_args()
    shop = build(options)
    with shop:
        shop.hooks.point(options.hook, os.environ.get("HOOK_SECRET", ""))
        if options.trickle:
            arguments = (shop, options.trickle)
            threading.Thread(target=trickle, args=arguments, daemon=True).start()
        sys.stdout.write(f"ready {shop.url}\n")
        sys.stdout.flush()
        try:
            if options.die_with_parent:
                sys.stdin.read()
            else:
                threading.Event().wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
