"""Pages and API of the list: what they show, to whom, and that a removal is seen at once."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.sames.market.conftest import FIRM, FIRM_NAME, resident_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(story):
    """A published matter, listed so lately that it is on the list today."""
    story.day = timezone.localdate() - timedelta(days=45)
    return story.published()


def browser(user=None) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    if user is not None:
        client.force_login(user, "conurb.portal.backends.Backend")
    return client


def test_the_public_list_is_searched_and_never_shows_a_whole_number(listed):
    client = browser()
    for query, found in (({"q": FIRM[:10]}, True), ({"q": "甲乙丙"}, True), ({"q": "丁戊"}, False)):
        page = client.get(reverse("market-list"), query).content.decode()
        assert (FIRM_NAME in page) is found
    assert FIRM_NAME not in client.get(reverse("market-list"), {"city": "430100"}).content.decode()
    entry = client.get(reverse("market-entry", args=[listed.matter.listings.get().key]))
    assert resident_number(1975) not in entry.content.decode()
    assert "依互认协议" in entry.content.decode()


def test_the_workbook_has_what_the_page_has(listed):
    answer = browser().get(reverse("market-list-xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    row = [cell.value for cell in sheet[2]]
    assert row[:2] == [FIRM_NAME, FIRM]
    assert resident_number(1975) not in str(row)


def test_a_removal_is_seen_at_once_everywhere(listed):
    from conurb.records import checking
    from conurb.records.subjects import Subject
    from conurb.sames.market.actions import keeping

    key = listed.matter.listings.get().key
    client = browser()
    assert client.get(f"/api/market/listings/{key}").status_code == 200
    keeping.revoke(listed.officer, listed.matter, "责令文书被撤销")
    assert client.get(f"/api/market/listings/{key}").status_code == 404
    assert client.get(reverse("market-entry", args=[key])).status_code == 404
    assert client.get("/api/market/listings").json()["total"] == 0
    answer = checking.check("wage-arrears", Subject("firm", FIRM), "430100")
    assert (answer.verdict, answer.reason) == ("invalid", "revoked")


def test_duties_by_page_and_api(listed, tender):
    client = browser(tender["changsha"])
    body = client.get("/api/market/duties").json()
    (duty,) = body["duties"]
    assert (duty["effect"], duty["direction"], duty["firm"]) == ("tendering", "impose", FIRM)
    assert FIRM_NAME in client.get(reverse("market-duties")).content.decode()
    done = client.post(reverse("market-duty", args=[duty["key"]]), {"answer": "done"})
    assert done.status_code == 302
    assert client.get("/api/market/duties").json()["total"] == 0
    assert client.get("/api/market/duties", {"state": "holds"}).json()["total"] == 1
    again = client.post(reverse("market-duty", args=[duty["key"]]), {"answer": "done"})
    assert again.status_code == 409


def test_the_queue_shows_what_comes_next_and_offers_it(story):
    story.day = timezone.localdate() - timedelta(days=19)
    story.unpaid()
    client = browser(story.officer)
    page = client.get(reverse("market-matters")).content.decode()
    assert FIRM_NAME in page
    assert "列入决定前，将事由、依据和权利告知当事人" in page
    matter = client.get(reverse("market-matter", args=[story.matter.key])).content.decode()
    assert 'data-testid="act-notify"' in matter
    assert 'data-testid="act-decide"' not in matter
    served = client.post(
        reverse("market-act", args=[story.matter.key, "notify"]),
        {"served_on": timezone.localdate().isoformat()},
    )
    assert served.status_code == 302
    early = client.post(reverse("market-act", args=[story.matter.key, "decide"]))
    assert early.status_code == 409


def test_fellow_inspections_read_but_see_no_files_until_they_help(story, labour):
    from conurb.journal.uploads import HandedIn
    from conurb.sames.market.actions import helping, inspecting
    from tests.sames.market.conftest import PDF

    story.day = timezone.localdate()
    story.found()
    (file,) = inspecting.add_evidence(story.officer, story.matter, [HandedIn("台账.pdf", PDF)])
    fellow = browser(labour["changsha"])
    page = fellow.get(reverse("market-matter", args=[story.matter.key]))
    assert FIRM_NAME in page.content.decode()
    assert "台账.pdf" not in page.content.decode()
    address = reverse("market-file", args=[file.key])
    assert fellow.get(address).status_code == 404
    inspector = helping.add_inspector(labour["changsha"], "李某", "湘01001")
    asked = helping.ask(
        story.officer,
        labour["changsha"].authority,
        words="取证",
        number=1,
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        matter=story.matter,
    )
    helping.accept(labour["changsha"], asked, [inspector])
    assert fellow.get(address).status_code == 200
    assert browser(labour["zhuzhou"]).get(address).status_code == 404


def test_the_employer_reads_from_the_notice_on(story, agent):
    story.day = timezone.localdate() - timedelta(days=19)
    story.unpaid()
    client = browser(agent)
    address = reverse("market-mine-matter", args=[story.matter.key])
    assert client.get(address).status_code == 404
    from conurb.sames.market.actions import deciding

    deciding.notify(story.officer, story.matter, served_on=timezone.localdate())
    page = client.get(address).content.decode()
    assert 'data-testid="act-object"' in page
    assert "列入事先告知书" in page
    # what the inspection wrote for itself stays its own
    assert "向工人核实" not in page


def test_queries_do_not_grow_with_the_list(listed, django_assert_max_num_queries):
    from conurb.sames.market.models import Listing

    entry = Listing.everything.get()
    with django_assert_max_num_queries(14):
        browser().get(reverse("market-list"))
    for number in range(12):
        entry.pk, entry.key = None, f"{number:030x}"
        entry.removed_at = None
        Listing.everything.filter(matter=entry.matter, removed_at=None).update(
            removed_at=timezone.now()
        )
        entry.save(force_insert=True)
    with django_assert_max_num_queries(14):
        browser().get(reverse("market-list"))


def test_measures_read_the_running_system(listed):
    from conurb.plan.measures import carriers_of

    (carried,) = [one for one in carriers_of("4.1") if one.carrier.key == "market"]
    figures = {reading.measure.key: reading for reading in carried.readings}
    assert figures["listed"].figure.value == 1
    assert figures["recognised"].figure.value == 2
    assert figures["inspectors"].figure.value == 0
