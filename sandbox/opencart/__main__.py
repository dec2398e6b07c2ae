"""Run the demo shop: `python -m sandbox.opencart --port 8091 --orders 50 --version 4`."""

from __future__ import annotations

import argparse

from sandbox.opencart.running import DemoShop
from sandbox.opencart.versions import VERSIONS
from sandbox.shop.serving.process import arguments, epoch_of, plan_of, serve


def _arguments() -> argparse.ArgumentParser:
    parser = arguments("python -m sandbox.opencart", __doc__)
    parser.add_argument("--version", choices=sorted(VERSIONS), default="3")
    parser.add_argument(
        "--no-refunds", action="store_true", help="no returns and refunds to begin with"
    )
    return parser


def build(options: argparse.Namespace) -> DemoShop:
    """The shop that the options describe, not yet started."""
    return DemoShop(
        orders=options.orders, plan=plan_of(options), epoch=epoch_of(options), days=options.days,
        version=options.version, with_refunds=not options.no_refunds, port=options.port,
    )  # fmt: skip


def main() -> None:
    """Serve until the process is stopped, or stdin closes with --die-with-parent."""
    options = _arguments().parse_args()
    serve(build(options), options)


if __name__ == "__main__":
    main()
