"""What a process loads when it starts, and what it loads when it is first asked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conurb.background import work
from conurb.late import late

HEAVY = ("geopandas", "highspy", "numba", "pandas", "pyarrow", "pyogrio", "scipy")
STARTED = f"import django, sys; django.setup(); print([m for m in {HEAVY!r} if m in sys.modules])"


@pytest.mark.parametrize("code", [STARTED, f"import conurb.cli; {STARTED}"])
def test_a_process_starts_without_tables_geometry_files_and_compiled_kernels(code, tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "conurb.config.settings",
            "CONURB_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_a_late_function_is_given_what_was_named_first_then_what_it_is_called_with():
    assert late("json.dumps", [1])(indent=None) == "[1]"
    assert late("operator.concat", "a")("b") == "ab"


def test_a_late_function_that_does_not_exist_says_so_when_called():
    with pytest.raises(ImportError, match="nowhere"):
        late("conurb.late.nowhere")()


def test_every_kind_of_work_named_by_its_place_stands_there():
    assert work._places
    for kind in work._places:
        assert work.work_of(kind).kind == kind


def test_a_place_with_work_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setitem(work._places, "else", "conurb.atlas.actions.finding.WORK")
    with pytest.raises(ValueError, match=r"atlas\.findings"):
        work.work_of("else")
