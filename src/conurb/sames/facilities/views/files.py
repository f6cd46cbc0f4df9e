"""Projects as files: a page of Word for one, the whole list as Word, Excel, GeoPackage, CSV."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal.serving import download
from conurb.sames.facilities.queries import maps, runs, showing
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.pictures import ProjectPictures
from conurb.sames.facilities.queries.ranking import Row
from conurb.sames.facilities.templatetags.facilities import figure, gain
from conurb.sames.facilities.views.projects import no_effect, provenance
from conurb.sames.facilities.views.reading import Read, read, row_of
from conurb.sames.facilities.writers import lists, project_pages
from conurb.sames.facilities.writers.project_pages import Listed, Page

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GPKG = "application/geopackage+sqlite3"
CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"
WIDTHS_MM = (20, 50, 17, 18, 16, 17, 19, 17)


@require_safe
def project_docx(request: HttpRequest, key: str) -> HttpResponse:
    """Give one project as a Word document of one page."""
    of = read(request)
    row = row_of(of, key)
    pictures = ProjectPictures(of.state)
    content = project_pages.write([page_of(of, row, pictures)])
    return download(content, f"{row.project.name}.docx", DOCX)


@require_safe
def whole_list(request: HttpRequest, form: str) -> HttpResponse:
    """Give all projects in one file. Raises Http404 for a form that there is not."""
    if form not in FORMS:
        raise Http404(_("The list is not given in this form."))
    of = read(request)
    write, media_type = FORMS[form]
    name = f"{_('Projects of the network')}-{of.travel}.{form}"
    return download(write(of), name, media_type)


def page_of(of: Read, row: Row, pictures: ProjectPictures) -> Page:
    """Return what stands on the page of a project."""
    worth = row.worth
    saved = maps.areas_of(of.result.nearest, worth).views[0] if of.result and worth else None
    return Page(
        project=row.project,
        travel=runs.travel_name(of.travel),
        figures=showing.figures_of(row),
        picture=pictures.draw(row.project.key, worth),
        legend=saved.legend if saved else (),
        centres=showing.centres_of(worth.centres if worth else ()),
        gainers=showing.gainers(worth) if worth else [],
        no_effect=no_effect(row, of),
        provenance=provenance(of),
    )


def _docx(of: Read) -> bytes:
    pictures = ProjectPictures(of.state)
    rows = list(of.rows.values())
    return project_pages.write([page_of(of, row, pictures) for row in rows], _listed(of, rows))


def _listed(of: Read, rows: list[Row]) -> Listed:
    return Listed(
        title=_("Projects of the network, ranked"),
        about=notes(of),
        heads=[
            _("Rank"),
            _("Project"),
            _("Item"),
            _("Stage"),
            _("Minutes saved"),
            _("Hours a day"),
            _("Jobs in 45 min"),
            _("Gini"),
        ],
        rows=[
            [
                f"{row.place} ({row.best}–{row.worst})" if row.works else "–",
                row.project.name,
                row.project.items_told,
                row.project.stage.name,
                figure(row.minutes_saved if row.works else None, 2),
                figure(row.hours_saved if row.works else None, 0),
                gain(row.jobs_gain if row.works else None, 0),
                gain(row.gini_change if row.works else None, 4),
            ]
            for row in rows
        ],
        widths_mm=WIDTHS_MM,
        numbers=[False] * 4 + [True] * 4,
    )


def _xlsx(of: Read) -> bytes:
    rows = list(of.rows.values())
    title = _("Projects of the network, ranked")
    return lists.workbook(rows, title, notes(of), showing.county_names())


def _csv(of: Read) -> bytes:
    return lists.comma_separated(list(of.rows.values()))


def _gpkg(of: Read) -> bytes:
    return lists.geopackage(list(of.rows.values()), networks.network_of(of.state))


def _zip(of: Read) -> bytes:
    name = f"{_('Projects of the network')}-{of.travel}"
    whole = {form: write for form, (write, _media_type) in FORMS.items() if form != "zip"}
    return lists.zipped({f"{name}.{form}": write(of) for form, write in whole.items()})


def notes(of: Read) -> list[str]:
    """Return what a list rests on, and what it cannot say."""
    notes = [provenance(of)]
    if of.state.schematic:
        notes.append(
            _(
                "The network is schematic: drawn from facts and good to about 1 km. Figures "
                "compare projects; they do not replace a study."
            )
        )
    if of.standing.stale:
        notes.append(_("The network or the projects changed after these figures were made."))
    return notes


FORMS: dict[str, tuple[Callable[[Read], bytes], str]] = {
    "docx": (_docx, DOCX),
    "xlsx": (_xlsx, XLSX),
    "gpkg": (_gpkg, GPKG),
    "csv": (_csv, CSV),
    "zip": (_zip, ZIP),
}
