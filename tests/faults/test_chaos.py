"""A short run of `make chaos`: the production shape on servers of its own, failing everywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.chaos import servers

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(bool(servers.needed()), reason=servers.needed()),
]


def test_after_a_minute_of_faults_every_order_is_accounted_for_once() -> None:
    command = [
        sys.executable, "-m", "tests.chaos", "--seed", "1", "--orders", "150", "--seconds", "40",
        "--rest", "300",
    ]  # fmt: skip
    done = subprocess.run(
        command, env=dict(os.environ), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "150 orders" in done.stdout
    assert "Wrong: 0" in done.stdout
