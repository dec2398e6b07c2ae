"""Run the demo shop: `python -m sandbox.magento --port 8090 --orders 50 --seed 1`."""

from __future__ import annotations

import argparse

from sandbox.magento.running import DemoShop
from sandbox.shop.serving.process import arguments, epoch_of, plan_of, serve


def _arguments() -> argparse.ArgumentParser:
    parser = arguments("python -m sandbox.magento", __doc__)
    parser.add_argument("--no-refunds", action="store_true", help="no credit memos to begin with")
    parser.add_argument("--no-bearer", action="store_true", help="OAuth signing only")
    parser.add_argument("--rfc", action="store_true", help="sign paths as RFC 5849 has it")
    parser.add_argument("--classic-stock", action="store_true", help="no multi-source inventory")
    return parser


def build(options: argparse.Namespace) -> DemoShop:
    """The shop that the options describe, not yet started."""
    return DemoShop(
        orders=options.orders, plan=plan_of(options), epoch=epoch_of(options), days=options.days,
        with_refunds=not options.no_refunds, bearer=not options.no_bearer, rfc=options.rfc,
        port=options.port, multi_source=not options.classic_stock,
    )  # fmt: skip


def main() -> None:
    """Serve until the process is stopped, or stdin closes with --die-with-parent."""
    options = _arguments().parse_args()
    serve(build(options), options)


if __name__ == "__main__":
    main()
