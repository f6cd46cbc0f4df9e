"""`conurb check` and its neighbours on the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from conurb.cli import main
from conurb.records.actions.looking import gather
from conurb.records.models import Look
from tests.records.shown import CHANGSHA, NUMBER, certificate

pytestmark = pytest.mark.django_db
TYPE = "road-transport-certificate"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_a_record_that_holds_ends_with_status_0():
    certificate()
    result = run("check", TYPE, "湘B0A123", "--city", CHANGSHA)
    assert result.exit_code == 0
    assert result.output.startswith("有效：外市签发，依互认协议在本市有效")
    assert "免于提交" in result.output or "同等有效" in result.output


def test_one_that_is_not_known_with_status_1():
    result = run("check", TYPE, "湘B0A123", "--city", CHANGSHA, "--lang", "en")
    assert (result.exit_code, result.output) == (1, "No such record of this subject is known\n")


def test_as_json_and_as_of_a_moment():
    certificate()
    result = run("check", TYPE, "湘B0A123", "--city", CHANGSHA, "--json")
    said = json.loads(result.output)
    assert (said["verdict"], said["found"][0]["city"]) == ("valid", "430200")
    before = run("check", TYPE, "湘B0A123", "--city", CHANGSHA, "--at", "2020-01-01T00:00:00+08:00")
    assert before.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-type", "1", "--city", CHANGSHA], "没有凭证类型"),
        ([TYPE, "湘B1", "--city", CHANGSHA], "号牌"),
        ([TYPE, "湘B0A123", "--city", "110000"], "没有代码为 110000 的市"),
        ([TYPE, "湘B0A123", "--city", CHANGSHA, "--at", "noon"], "带时区的时刻"),
        ([TYPE, "湘B0A123", "--city", CHANGSHA, "--at", "2026-01-01T00:00"], "带时区的时刻"),
        ([TYPE, "湘B0A123", "--city", CHANGSHA, "--kind", "firm"], "主体类型为 vehicle"),
        (["residence-permit", NUMBER, "--city", CHANGSHA], "--purpose"),
    ],
)
def test_what_cannot_be_asked_is_said_plainly(arguments, words):
    result = run("check", *arguments)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_check_of_a_person_is_noted():
    gather()
    run("check", "residence-permit", NUMBER, "--city", CHANGSHA, "--purpose", "核对")
    result = run("records", "gather")
    assert result.output == "1 looks gathered\n"
    assert Look.objects.filter(way="command").count() == 1


def test_the_index_is_made_anew():
    certificate()
    result = run("records", "rebuild")
    assert result.exit_code == 0
    assert "entries read" in result.output
    assert run("check", TYPE, "湘B0A123", "--city", CHANGSHA).exit_code == 0
