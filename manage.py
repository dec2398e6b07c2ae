#!/usr/bin/env python
"""Django's command line, for this project."""

from __future__ import annotations

import os
import sys

# Commands that read or write secrets; `doctor` says itself what is wrong with the keys.
_NEED_THE_KEYS = ("backfill", "config", "preview", "reconcile", "serve", "sync", "undo")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")
    import django
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1 and sys.argv[1] in _NEED_THE_KEYS:
        django.setup()
        from connector.doctor import key_check

        key_check.refuse_to_start()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
