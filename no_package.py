"""Says to whoever builds this directory as a package that it is none.

It is a program that is run from its checkout, with its templates, static files and
`manage.py`; a wheel of it would lack them and start nothing.
"""

from __future__ import annotations

from typing import Any, NoReturn

SENTENCE = """\
Shop to Xero is no package to install: it runs from its checkout, with its templates and files.
Type `make install`, then `make run` (or `make demo`), in this directory; for Docker see
docker-compose.yml."""


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise SystemExit(SENTENCE)


# What pip and other front ends call, one or the other first.
get_requires_for_build_wheel = get_requires_for_build_editable = _refuse
get_requires_for_build_sdist = prepare_metadata_for_build_wheel = _refuse
build_wheel = build_editable = build_sdist = _refuse
