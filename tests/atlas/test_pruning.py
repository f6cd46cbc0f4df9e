"""What goes and what stays: the least used of what can be made again, files handed in long ago."""

from __future__ import annotations

import os
import secrets
import time
from datetime import timedelta

import pyarrow as pa
import pytest
from click.testing import CliRunner
from django.utils import timezone

from conurb.atlas import derived, least_used, storing
from conurb.atlas.actions import pruning
from conurb.atlas.actions.importing import source_path
from conurb.atlas.derived import tiles_folder
from conurb.atlas.models import LayerImport, LayerVersion, folder
from conurb.atlas.tile_index import tile_of
from conurb.atlas.tiles import Tile
from conurb.atlas.views.tiles import source_of
from conurb.background import repeating
from conurb.background.models import Job
from conurb.journal.models import Entry
from conurb.region.competence import competent
from conurb.region.models import User
from tests.atlas.layers import layer
from tests.atlas.serving import plots, served_version

DAY = 24 * 3600


def written(path, size=100, days=0.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    used = time.time() - days * DAY
    os.utime(path, (used, used))
    return path


# ———————————————————————————— The rule, without a database ————————————————————————————


def test_what_was_used_least_recently_goes_first(tmp_path):
    old, middle, new = (
        written(tmp_path / str(n) / "tile", days=days) for n, days in enumerate((9, 5, 0))
    )
    would = least_used.keep_below(tmp_path, 250, dry_run=True)
    assert (would.number, would.bytes, would.left, would.bytes_left) == (1, 100, 2, 200)
    assert old.exists()
    assert least_used.keep_below(tmp_path, 250) == would
    assert [path.exists() for path in (old, middle, new)] == [False, True, True]
    assert not old.parent.exists()
    assert least_used.keep_below(tmp_path, 250).number == 0
    assert least_used.keep_below(tmp_path, 0).number == 2
    assert tmp_path.exists()


def test_use_is_noted_once_a_day_and_saves_a_file(tmp_path):
    first, second = written(tmp_path / "a", days=3), written(tmp_path / "b", days=2)
    least_used.note_use(first)
    noted = first.stat().st_mtime
    assert noted > second.stat().st_mtime
    least_used.note_use(first, noted + DAY / 2)
    assert first.stat().st_mtime == noted
    least_used.keep_below(tmp_path, 100)
    assert first.exists()
    assert not second.exists()
    least_used.note_use(tmp_path / "never there")


def test_a_folder_that_is_one_thing_goes_whole(tmp_path):
    for name, days in (("aa", 5), ("bb", 1)):
        for part in ("facts.json", "changes.parquet"):
            written(tmp_path / "comparisons" / name / "one" / part)
        used = time.time() - days * DAY
        os.utime(tmp_path / "comparisons" / name / "one", (used, used))
    assert least_used.keep_below(tmp_path, 200, depth=3).number == 1
    assert [path.name for path in (tmp_path / "comparisons").iterdir()] == ["bb"]
    assert len(list((tmp_path / "comparisons" / "bb" / "one").iterdir())) == 2


def test_what_is_being_written_is_left_alone_until_it_is_old(tmp_path):
    names = (".making-x/half", "tmpabc", "a.writing", "b.coming", ".going-x")
    fresh = [written(tmp_path / "new" / name) for name in names]
    stale = [written(tmp_path / "old" / name, days=3) for name in names]
    os.utime(tmp_path / "old" / ".making-x", (time.time() - 3 * DAY,) * 2)
    assert least_used.keep_below(tmp_path, 0).number == 0
    assert least_used.leftovers(tmp_path, time.time() - DAY, dry_run=True).number == 5
    assert all(path.exists() for path in stale)
    assert least_used.leftovers(tmp_path, time.time() - DAY).number == 5
    assert all(path.exists() for path in fresh)
    assert not any(path.exists() for path in stale)


# ———————————————————————————— Files handed in ————————————————————————————


@pytest.fixture
def handed_in(db, settings, tmp_path):
    """Return a function that keeps a file handed in so many days ago, in a state."""
    settings.DATA_PATH, settings.SOURCES_KEPT = tmp_path, 30
    planner = User.objects.create_user("pruner", authority=competent("spatial-planning", "430100"))
    of = layer()

    def make(state: str | None, days: float, sha256: str = "", changed: float | None = None):
        digest = sha256 or secrets.token_hex(32)
        path = written(source_path(digest), days=days)
        if state:
            LayerImport.everything.create(
                key=secrets.token_hex(15),
                layer=of,
                state=state,
                file_name="a.gpkg",
                file_sha256=digest,
                file_size=100,
                created_by=planner,
                changed_at=timezone.now() - timedelta(days=days if changed is None else changed),
            )
        return path

    return make


def test_files_of_imports_stay_while_they_are_needed_and_a_month_longer(handed_in):
    gone = [handed_in(state, 31) for state in ("stored", "discarded")]
    gone.append(handed_in(None, 31))  # refused at the door, of no import
    needed = [handed_in(state, 400) for state in ("reading", "asked", "converting")]
    fresh = [
        handed_in("stored", 29),
        handed_in("stored", 400, changed=1),
        handed_in(None, 1),
        # handed in before and given up, now on its way again
        handed_in("asked", 400, sha256=handed_in("discarded", 400).name),
    ]
    strange = written(folder() / "sources" / "notes.txt", days=400)

    would = pruning.prune(dry_run=True)
    assert would.sources.number == 3
    assert all(path.exists() for path in gone)
    made = pruning.prune()
    assert made.sources == would.sources
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in (*needed, *fresh, strange))
    assert not gone[0].parent.exists()


def test_a_file_handed_in_again_at_that_moment_is_put_back(handed_in):
    path = handed_in("stored", 40)
    limit = time.time() - 30 * DAY
    assert not pruning._remove(path, limit, lambda _path: True)
    assert path.exists()
    os.utime(path)
    assert not pruning._remove(path, limit, lambda _path: False)
    assert path.exists()


def test_versions_and_their_lists_are_never_touched(handed_in, settings):
    settings.TILES_MOST = settings.DERIVED_MOST = 0
    version = served_version(plots(5), layer(name="另一层"))
    for path in folder().rglob("*.parquet"):
        os.utime(path, (0, 0))
    kept = sorted(folder().rglob("*.parquet"))
    packed = tile_of(source_of(version), Tile(10, 833, 428), tiles_folder())
    assert packed
    made_file = written(derived.folder("downloads") / "ab" / "file.gpkg", days=2)
    made = pruning.prune()
    assert (made.tiles.number, made.derived.number, made.unkept.number) == (1, 1, 0)
    assert not made_file.exists()
    assert not list(tiles_folder().rglob("*.gz"))
    assert sorted(folder().rglob("*.parquet")) == kept
    assert len(storing.read(version.path)) == version.feature_count
    # what was removed is made again
    assert tile_of(source_of(version), Tile(10, 833, 428), tiles_folder()) == packed


def test_files_of_conversions_that_were_not_kept_go_and_all_others_stay(handed_in):
    of = layer(name="有版本的图层")
    lists = [storing.write_table(pa.table({"fid": [number]}), folder())[1] for number in (1, 2)]
    repairs, problems = (path.stem for path in lists)
    version = served_version(plots(3), of, repairs_sha256=repairs, problems_sha256=problems)
    given_up = served_version(plots(4), of, state="withdrawn")
    unkept = [storing.write(plots(number), folder())[1] for number in (6, 7)]
    for path in (version.path, given_up.path, *lists, *unkept):
        os.utime(path, (0, 0))
    fresh = storing.write(plots(8), folder())[1]
    source = handed_in("asked", 400)
    strange = [
        written(folder() / "ab" / "notes.txt", days=400),
        written(folder() / "ab" / "notes.parquet", days=400),
        written(folder() / "ab" / f"{'c' * 64}.parquet", days=400),
    ]

    would = pruning.prune(dry_run=True)
    assert (would.unkept.number, would.number) == (2, 2)
    assert all(path.exists() for path in unkept)
    assert pruning.prune().unkept == would.unkept
    assert not any(path.exists() for path in unkept)
    kept = (version.path, given_up.path, *lists, fresh, source, *strange)
    assert all(path.exists() for path in kept)
    assert not Entry.everything.filter(verb="layer.prune").exists()
    assert pruning.prune().number == 0


def test_a_file_that_a_version_came_to_need_at_that_moment_is_put_back(handed_in, monkeypatch):
    version = served_version(plots(3), layer(name="刚存的图层"))
    os.utime(version.path, (0, 0))
    # as if the version was stored after the question which files are needed
    none = LayerVersion.everything.none()
    everything = LayerVersion.everything
    monkeypatch.setattr(everything, "values_list", none.values_list)
    assert pruning.prune().unkept.number == 0
    assert len(storing.read(version.path)) == version.feature_count


def test_the_worker_prunes_once_a_day_and_the_journal_says_so(
    handed_in, django_capture_on_commit_callbacks
):
    path = handed_in("stored", 31)
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        asked = repeating.ask_for_what_is_due(now)
    assert [job.kind for job in asked] == ["atlas.prune"]
    assert Job.everything.get(kind="atlas.prune").state == "done"
    assert not path.exists()
    entry = Entry.everything.get(verb="layer.prune")
    assert (entry.detail["removed"], entry.detail["days"]) == (1, 30)
    assert repeating.ask_for_what_is_due(now + timedelta(hours=23)) == []
    with django_capture_on_commit_callbacks(execute=True):
        assert len(repeating.ask_for_what_is_due(now + timedelta(hours=25))) == 1
    assert Entry.everything.filter(verb="layer.prune").count() == 1


def test_the_command_says_what_it_would_do(handed_in):
    from conurb.atlas.command import prune

    path = handed_in("stored", 31)
    said = CliRunner().invoke(prune, ["--dry-run"])
    assert said.exit_code == 0, said.output
    assert "sources: 1 (0.0 MB) would be removed" in said.output
    assert path.exists()
    assert "sources: 1 (0.0 MB) removed" in CliRunner().invoke(prune, []).output
    assert not path.exists()
