"""Documents to read: the real one, which is not part of the project, and invented ones."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "source" / "2021-ten-sames.txt"
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def real_document() -> bytes:
    if not REAL.exists():
        pytest.skip(f"the real document is not part of the project; looked for {REAL.name}")
    return REAL.read_bytes()


@pytest.fixture(scope="session")
def invented() -> str:
    return (FIXTURES / "eastriver.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return FIXTURES
