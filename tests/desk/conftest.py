"""What the tests of the desk share: residents, a way to bring a case somewhere, the index kept up.

Tests run in a transaction that is rolled back; the index of checks is brought up to the logs at
once instead of after the commit.
"""

from __future__ import annotations

import pytest

from tests.desk.people import firm_number, make_owner, make_resident


@pytest.fixture
def index_at_once(db, monkeypatch):
    """Let a record that is issued be found by the next check of the same test."""
    from conurb.records import index

    index.rebuild()
    monkeypatch.setattr(index, "when_committed", lambda work: work())
    yield
    monkeypatch.undo()


@pytest.fixture
def zhou(index_at_once):
    """A resident of Zhuzhou."""
    return make_resident("zhou", "430211", "19900101", "周甲")


@pytest.fixture
def owner(index_at_once):
    """The owner of a firm in Xiangtan."""
    return make_owner("owner", "430302", "19800202", "湘乙", firm_number("430302", 1))
