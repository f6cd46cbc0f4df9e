"""The ladders of stages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from conurb.plan import ladder


@pytest.mark.parametrize("kind", ladder.KINDS)
def test_a_ladder_climbs_from_not_begun_to_its_end(kind):
    stages = ladder.ladder_of(kind)
    assert stages[0] is ladder.NOT_BEGUN
    assert stages[-1].share == 1.0
    assert all(low.share < high.share for low, high in pairwise(stages))
    assert len({stage.key for stage in stages}) == len(stages)
    assert all(stage.zh and stage.en for stage in stages)


def test_every_kind_has_a_ladder_and_names():
    assert set(ladder.LADDERS) == set(ladder.KINDS) == set(ladder.KIND_NAMES)


def test_an_unknown_stage_is_refused_with_the_known_ones():
    with pytest.raises(ladder.UnknownStageError, match=r"kind study .*concluded"):
        ladder.stage_of("study", "in-use")


@pytest.mark.parametrize("kind", ladder.KINDS)
@pytest.mark.parametrize("other", ladder.KINDS)
def test_progress_carried_to_another_ladder_is_never_more(kind, other):
    for stage in ladder.ladder_of(kind):
        carried = ladder.nearest(other, stage.share)
        assert carried.share <= stage.share
        assert (carried.share == 0) <= (stage.share < ladder.ladder_of(other)[1].share)


def test_only_the_last_stage_completes():
    assert ladder.is_last("build", "in-use")
    assert not ladder.is_last("build", "main-works")
    assert ladder.index_of("build", "not-begun") == 0
