"""Run the demo shop: `python -m sandbox.cscart --port 8092 --orders 50 --taxes subtotal`."""

from __future__ import annotations

import argparse

from sandbox.cscart.running import DemoShop
from sandbox.cscart.versions import MULTIVENDOR, SUBTOTAL, ULTIMATE, UNIT_PRICE, VERSIONS
from sandbox.shop.serving.process import arguments, epoch_of, plan_of, serve


def _arguments() -> argparse.ArgumentParser:
    parser = arguments("python -m sandbox.cscart", __doc__)
    parser.add_argument("--version", choices=sorted(VERSIONS), default="4.18")
    parser.add_argument("--edition", choices=(ULTIMATE, MULTIVENDOR), default=ULTIMATE)
    parser.add_argument("--taxes", choices=(UNIT_PRICE, SUBTOTAL), default=UNIT_PRICE)
    parser.add_argument(
        "--knows-changes", action="store_true", help="the list of orders tells what changed"
    )
    parser.add_argument("--addon", action="store_true", help="the connector's add-on is installed")
    parser.add_argument(
        "--no-rewrites", action="store_true", help="only api.php?_d=, without short addresses"
    )
    parser.add_argument(
        "--no-refunds", action="store_true", help="no returns and refunds to begin with"
    )
    return parser


def build(options: argparse.Namespace) -> DemoShop:
    """The shop that the options describe, not yet started."""
    return DemoShop(
        orders=options.orders, plan=plan_of(options), epoch=epoch_of(options), days=options.days,
        version=options.version, edition=options.edition, tax_calculation=options.taxes,
        knows_changes=options.knows_changes, addon=options.addon, rewrites=not options.no_rewrites,
        with_refunds=not options.no_refunds, port=options.port,
    )  # fmt: skip


def main() -> None:
    """Serve until the process is stopped, or stdin closes with --die-with-parent."""
    options = _arguments().parse_args()
    serve(build(options), options)


if __name__ == "__main__":
    main()
