"""What may stand in a log line: no token, no secret, no personal data.

`redact` is a structlog processor and the last one before rendering, so that it also sees
tracebacks and messages of libraries. It works by the names of keys and by patterns in text;
it is a net under the rule that such values are not logged, not a licence to log them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
_DEPTH = 6

_NAMES = (
    r"token|secret|passw(?:or)?d|passphrase|authori[sz]ation|cookie|api_?key|private_?key|"
    r"secret_?key|encryption_?key|consumer_?key|credential|signature|session_?id|"
    r"idempotency_?key|e-?mail|phone"
)
_SECRET_NAME = re.compile(_NAMES.replace("_?", "[-_]?"), re.IGNORECASE)
# All patterns have bounded repeats: a log line may be long, and hostile.
_BEARER = re.compile(
    r"\b((?i:bearer)|[Bb]asic(?=\s+[A-Za-z+/]{0,80}[A-Z0-9=+/]))\s{1,3}[\w.~+/=-]{6,2000}"
)
_JWT = re.compile(r"\beyJ[\w-]{8,2000}\.[\w.-]{0,4000}")
_EMAIL = re.compile(r"[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_USERINFO = re.compile(r"(?<=://)[^/\s@]{0,200}@")
_QUERY = re.compile(r"([?&](?:code|state|key|sig)=)[^&\s#\"']{1,4000}", re.IGNORECASE)
# The token in the address with which a shop's cron asks for a run.
_IN_PATH = re.compile(r"(/hooks/[\w-]{1,60}/run/)[^/\s\"']{1,400}")
# name=value of a query or form, name: value of a header, "name": "value" of JSON or a repr.
_PAIR = re.compile(
    rf"""((?:{_NAMES.replace("_?", "[-_]?")})[\w-]{{0,40}}["']?\s{{0,3}}[=:]\s{{0,3}})"""
    r"""("[^"]{0,4000}"|'[^']{0,4000}'|[^\s&,;)}\]"']{1,4000})""",
    re.IGNORECASE,
)
_LONGEST = 20_000


def redact_text(text: str) -> str:
    """`text` without what looks like a credential or an e-mail address.

    Of a text beyond 20,000 characters the middle is left out.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} […] {text[-_LONGEST // 2 :]}"
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _JWT.sub(HIDDEN, text)
    text = _USERINFO.sub("", text)
    text = _QUERY.sub(rf"\g<1>{HIDDEN}", text)
    text = _IN_PATH.sub(rf"\g<1>{HIDDEN}", text)
    text = _PAIR.sub(rf"\g<1>{HIDDEN}", text)
    return _EMAIL.sub(HIDDEN, text)


def redact_value(value: Any, *, depth: int = _DEPTH) -> Any:
    """A copy of a logged value: strings cleaned, values under secret names replaced."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if depth == 0 and isinstance(value, Mapping | list | tuple | set | frozenset):
        return HIDDEN
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if _is_secret(key, item) else redact_value(item, depth=depth - 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, depth=depth - 1) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor: cleans every field of a log event but structlog's own."""
    return {
        key: value
        if key.startswith("_")
        else HIDDEN
        if _is_secret(key, value)
        else redact_value(value)
        for key, value in event.items()
    }


def _is_secret(name: object, value: object) -> bool:
    """Names count, unless the value is a number or a flag (`tokens=3`, `has_email=True`)."""
    if value is None or isinstance(value, bool | int | float):
        return False
    return isinstance(name, str) and _SECRET_NAME.search(name) is not None


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def configure_structlog() -> None:
    """Send structlog's events through the standard library's logging; idempotent."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, console: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr, as JSON lines or for a person's terminal.

    Tracebacks are plain: pretty ones print local variables, which hold tokens.
    """
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(default=str)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "foreign_pre_chain": _shared(),
                "processors": [
                    structlog.processors.format_exc_info,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    redact,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # At DEBUG these print whole addresses and headers.
            "urllib3": {"level": "WARNING"},
            "requests_oauthlib": {"level": "WARNING"},
            "oauthlib": {"level": "WARNING"},
            "django": {"handlers": [], "level": "INFO"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


@contextmanager
def warnings_only() -> Iterator[None]:
    """For a command that a person types: what goes as it should is told by its own output."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(max(before, logging.WARNING))
    try:
        yield
    finally:
        root.setLevel(before)


@contextmanager
def in_file(path: Path) -> Iterator[None]:
    """What this process logs goes to a file: its standard error belongs to a person's progress."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handlers = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    with path.open("a", encoding="utf-8") as file:
        before = [handler.setStream(file) for handler in handlers]
        try:
            yield
        finally:
            for handler, stream in zip(handlers, before, strict=True):
                if stream is not None:
                    handler.setStream(stream)
