"""Other hours for the plans of an arterial, and what runs today and would run no more."""

from __future__ import annotations

from dataclasses import dataclass

from conurb.network.signals.programmes import GENERAL, KIND_WORDS, DayTable, Programme
from conurb.region.tables import Bilingual


@dataclass(frozen=True)
class Loss:
    """Something that other hours take away; `key` names it, so that it can be confirmed."""

    key: str
    message: Bilingual


def with_days(programme: Programme, days: tuple[DayTable, ...]) -> Programme:
    """Return the programme with other tables of the day; plans that stand in none are left out."""
    named = {period.pattern for table in days for period in table.periods}
    named |= {table.fallback for table in days}
    return Programme(tuple(each for each in programme.patterns if each.key in named), days)


def losses(before: Programme, after: Programme) -> tuple[Loss, ...]:
    """Return what is lost from one programme to the next: plans, tables, a plan on a kind of day.

    Both have passed `check_programme`.
    """
    kept = {each.key for each in after.patterns}
    lost = [
        Loss(
            f"plan/{each.key}",
            Bilingual(
                f"方案“{each.name.zh}”不再有任何运行时段，将不列入新方案",
                f"the plan “{each.name.en}” runs at no time any more and is left out",
            ),
        )
        for each in before.patterns
        if each.key not in kept
    ]
    own = {table.kind for table in after.days}
    for table in before.tables:
        words = KIND_WORDS[table.kind]
        if table.kind not in own:
            general = KIND_WORDS[GENERAL[table.kind]]
            lost.append(
                Loss(
                    f"table/{table.kind}",
                    Bilingual(
                        f"“{words.zh}”不再单列时段表，改按“{general.zh}”运行",
                        f"“{words.en}” has no table of its own any more and takes that of "
                        f"“{general.en}”",
                    ),
                )
            )
            continue
        lost += [
            Loss(
                f"runs/{table.kind}/{each.key}",
                Bilingual(
                    f"“{words.zh}”不再运行方案“{each.name.zh}”",
                    f"“{words.en}” does not run the plan “{each.name.en}” any more",
                ),
            )
            for each in before.patterns
            if each.key in kept
            and before.slots_of(each.key, table.kind)
            and not after.slots_of(each.key, table.kind)
        ]
    return tuple(lost)
