"""What keeps going when something fails beside it: the lane of a process, the heart of a worker."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from conurb.background import lane, worker


def test_a_lane_goes_on_after_what_could_not_be_done(monkeypatch, caplog):
    done = []

    def do(key: str) -> None:
        done.append(key)
        if key == "first":
            raise OperationalError("database is locked")
        if key == "last":
            raise SystemExit  # how this test ends what has no end

    # no test reaches for the database here
    monkeypatch.setattr(lane.connections, "close_all", lambda: None)
    own = lane.Lane(do)
    for key in ("first", "second", "last"):
        own.put(key)
    with pytest.raises(SystemExit):
        own.run()
    assert done == ["first", "second", "last"]
    assert [record.exc_info[0] for record in caplog.records] == [OperationalError]


def test_a_heart_beats_on_when_the_database_was_away(monkeypatch, caplog):
    monkeypatch.setattr(worker, "BEAT", 0.0)
    heart = worker.Heart()
    beats = []

    def beat() -> None:
        beats.append(len(beats))
        if len(beats) == 1:
            raise OperationalError("database is locked")
        heart.stop()

    monkeypatch.setattr(heart, "beat", beat)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    heart.run()
    assert len(beats) == 2
    assert [record.exc_info[0] for record in caplog.records] == [OperationalError]
