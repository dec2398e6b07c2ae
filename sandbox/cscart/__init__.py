"""A demo shop that answers as CS-Cart and Multi-Vendor 4 do through their REST API.

`DemoShop` runs it in a thread; `python -m sandbox.cscart` runs it as a process.
"""

from __future__ import annotations

from sandbox.cscart.running import DemoShop

__all__ = ["DemoShop"]
