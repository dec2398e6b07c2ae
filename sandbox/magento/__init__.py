"""A demo shop that answers as Magento 2.4.7 does: orders, refunds, products, stock.

`DemoShop` runs it in a thread; `python -m sandbox.magento` runs it as a process.
"""

from __future__ import annotations

from sandbox.magento.running import DemoShop

__all__ = ["DemoShop"]
