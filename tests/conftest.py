"""What all tests share.

The suite runs as it is on SQLite with the embedded broker, and on PostgreSQL and Redis with
DATABASE_URL and CELERY_BROKER_URL.
"""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stamina
from django.conf import settings as django_settings
from django.db import connections
from hypothesis import settings as hypothesis_settings

from connector.processes.broker import EmbeddedBroker
from tests.emptying import empty_what_is_full
from tests.migrated import Schema, schema_of

# The same examples on every run; `HYPOTHESIS_PROFILE=explore` looks for new ones.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=2000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_finish() -> None:
    """What was collected stays until the end: no search for garbage looks at it again."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is collected for tests: files come from where they lie (see settings)."""
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")


def _own_data_dir() -> Path:
    """A DATA_DIR for this process of the suite, never the developer's own.

    Set in the environment too, with the keys, for the processes that tests start.
    """
    given = os.environ.get("DATA_DIR") or tempfile.mkdtemp(prefix="tests-")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    path = Path(given) / worker if worker and not given.endswith(worker) else Path(given)
    path.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"] = str(path)
    os.environ["SECRET_KEY"] = django_settings.SECRET_KEY
    os.environ["FIELD_ENCRYPTION_KEYS"] = ",".join(django_settings.FIELD_ENCRYPTION_KEYS)
    return path


django_settings.DATA_DIR = _own_data_dir()
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def schema(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[Schema]:
    """SQLite in a file: in memory, threads share one cache and its locks know no timeout."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(django_settings.DATA_DIR / "test.sqlite3")
    found = schema_of(connection)
    yield found
    found.take_away()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(schema: Schema) -> None:
    """What the schema says of where the test database is."""


@pytest.fixture(scope="session")
def django_db_keepdb(schema: Schema) -> bool:
    return schema.lies_there


@pytest.fixture(scope="session")
def django_db_setup(schema: Schema, django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        schema.migrated()
    if connections["default"].vendor == "postgresql":
        empty_what_is_full(connections["default"])


@pytest.fixture(scope="session", autouse=True)
def _quick_retries() -> Iterator[None]:
    """In-process retries keep their count and lose their waits."""
    stamina.set_testing(True, attempts=10, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[str]:
    """The address of a real broker: CELERY_BROKER_URL if given, else an embedded one."""
    if django_settings.CELERY_BROKER_URL:
        yield django_settings.CELERY_BROKER_URL
        return
    with EmbeddedBroker(django_settings.DATA_DIR) as broker:
        yield broker.url


@pytest.fixture
def private_hosts(settings: object) -> None:
    """Shops may be on this machine: for tests that talk to a local server."""
    settings.ALLOW_PRIVATE_HOSTS = True  # type: ignore[attr-defined]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients of these tests hang up on purpose."""


Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Start a real HTTP server that answers every request by a function; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            do_GET = do_POST = do_PUT = lambda self: answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = QuietServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def reply(
    handler: BaseHTTPRequestHandler,
    body: bytes = b"{}",
    *,
    status: int = 200,
    **headers: str,
) -> None:
    """Send one complete answer; header names are written with underscores."""
    handler.send_response(status)
    for name, value in {"Content_Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
