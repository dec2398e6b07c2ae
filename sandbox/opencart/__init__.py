"""A demo shop that answers as OpenCart 3 or 4 does through the connector's extension.

`DemoShop` runs it in a thread; `python -m sandbox.opencart` runs it as a process.
"""

from __future__ import annotations

from sandbox.opencart.running import DemoShop

__all__ = ["DemoShop"]
