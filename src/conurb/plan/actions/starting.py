"""What a node does with its region folder when it starts."""

from __future__ import annotations

from dataclasses import dataclass

from conurb.plan.actions.importing import Upload, adopt, keep_document
from conurb.plan.english import EnglishPlan, match, parse_english
from conurb.plan.models import Plan
from conurb.plan.reader import read_document
from conurb.plan.reading import gazetteer_of
from conurb.region.declarations import Region
from conurb.region.problems import Problem


@dataclass(frozen=True)
class Adopted:
    """A plan that came from the region folder, and where its English does not fit the Chinese."""

    plan: Plan
    problems: tuple[Problem, ...]


def adopt_folder_plan(region: Region) -> Adopted | None:
    """Adopt the plan.md of a region folder on a node that has no plan yet; else return None.

    Where an item of plan.en.md has not one text for each Chinese task, its tasks stay Chinese and
    the problem is returned. Raises EnglishError where plan.en.md cannot be read at all.
    """
    if region.plan_path is None or Plan.objects.exists():
        return None
    content = region.plan_path.read_bytes()
    reading = read_document(content, region.plan_path.name, gazetteer=gazetteer_of(region))
    if reading.year is None:
        raise ValueError(f"{region.plan_path}: the title names no year; write it as （2021年）.")
    english: EnglishPlan | None = None
    problems: tuple[Problem, ...] = ()
    shape = reading.to_json()
    if region.plan_en_path is not None:
        english = parse_english(region.plan_en_path.read_text(encoding="utf-8"))
        problems = match(shape, english)
    upload = Upload(region.plan_path.name, "text/markdown", content)
    document = keep_document(None, upload, shape, reading.year)
    return Adopted(adopt(None, document, shape, english=english), problems)
