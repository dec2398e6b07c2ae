"""A demo shop as a process: its options, its trickle of orders, and when it ends."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from datetime import UTC, datetime, timedelta

from connector.lib import clock
from sandbox.shop.base import Shop
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.made_up.profiles import PROFILES
from sandbox.shop.serving.running import Running


def arguments(prog: str, text: str | None) -> argparse.ArgumentParser:
    """The options that every demo shop has; a platform adds its own."""
    parser = argparse.ArgumentParser(prog=prog, description=text)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--orders", type=int, default=50, help="orders of the past --days")
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--customers", type=int, help="how many people bought those orders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="au")
    parser.add_argument("--prices", choices=("inclusive", "exclusive"), default="inclusive")
    parser.add_argument("--paid-only", action="store_true", help="no pending or canceled orders")
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


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan that the options describe."""
    customers = options.customers or max(1, options.orders * 4 // 5)
    return Plan(
        seed=options.seed, profile=options.profile, inclusive=options.prices == "inclusive",
        customers=customers, orders_per_customer=max(1.0, options.orders / customers),
        paid_only=options.paid_only, foreign=options.foreign, coupons=options.coupons,
    )  # fmt: skip


def epoch_of(options: argparse.Namespace) -> datetime:
    """The moment that the past is counted from; one without a zone is in UTC."""
    if options.epoch is None:
        return clock.now().replace(microsecond=0)
    moment = datetime.fromisoformat(options.epoch)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def trickle(shop: Shop, seconds: float) -> None:
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


def serve(shop: Running, options: argparse.Namespace) -> None:
    """Say `ready URL`, and serve until the process is stopped, or stdin closes if that ends it."""
    with shop:
        shop.hooks.point(options.hook, os.environ.get("HOOK_SECRET", ""))
        if options.trickle:
            given = (shop, options.trickle)
            threading.Thread(target=trickle, args=given, daemon=True).start()
        sys.stdout.write(f"ready {shop.url}\n")
        sys.stdout.flush()
        try:
            if options.die_with_parent:
                sys.stdin.read()
            else:
                threading.Event().wait()
        except KeyboardInterrupt:
            pass
