"""What the rule of proposals needs of the region, loaded once for many tasks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from conurb.plan.models import Task
from conurb.plan.proposing import Competent, Proposal, SubjectWords, propose
from conurb.region.models import Authority, City, Subject


@dataclass(frozen=True)
class Competences:
    """Subjects, active authorities and cities of the region."""

    subjects: tuple[SubjectWords, ...]
    authorities: tuple[Competent, ...]
    cities: tuple[str, ...]
    city_names: dict[str, tuple[str, str]]

    @classmethod
    def load(cls) -> Competences:
        """Read them from the tables: four queries."""
        cities = list(City.objects.all())
        rows = Authority.objects.filter(active=True).prefetch_related(
            Prefetch("subjects", Subject.objects.only("key"))
        )
        return cls(
            subjects=tuple(
                SubjectWords(s.key, s.name_zh, s.name_en, tuple(s.words))
                for s in Subject.objects.all()
            ),
            authorities=tuple(
                Competent(
                    row.key,
                    row.city_id or "",
                    frozenset(subject.key for subject in row.subjects.all()),
                    row.is_office,
                )
                for row in rows
            ),
            cities=tuple(city.code for city in cities),
            city_names={city.code: (city.short_zh, city.short_en) for city in cities},
        )

    def proposal_for(self, task: Task) -> Proposal:
        """Return whom the task is proposed to and why."""
        # the rows of the relation stand in the order in which the words name the cities
        through = Task.cities.through.objects
        concerned = tuple(
            through.filter(task=task).order_by("id").values_list("city_id", flat=True)
        )
        return propose(
            task.text_zh,
            concerned,
            self.subjects,
            self.authorities,
            self.cities,
            self.city_names,
        )
