"""Who may screen firms and read what was asked and found.

Changsha's tender office screened; the officers of the roles are the cities' transport authorities,
which act on no effect of the list on firms, so that none of them may. The administrator looks, and
decides nothing. tests/sames/market/test_screening.py has the tender offices themselves.
"""

from __future__ import annotations

from typing import Any

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

market-screening          GET     login   no       no       no      no       no      ok
market-screening          POST    login   no       no       no      no       no      no
market-screening          EMPTY   login   no       no       no      no       no      no
market-screening-run      GET     login   no       no       no      no       no      ok
market-screening-xlsx     GET     login   no       no       no      no       no      ok
market-screening-decide   GET     login   no       no       no      no       no      method
market-screening-decide   POST    login   no       no       no      no       no      no
market-screening-decide   EMPTY   login   no       no       no      no       no      no
"""

API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

screenFirms      POST   who    no       no       no      no       no     no    no  no    who who
screenFirms      EMPTY  who    bad      bad      bad     bad      bad    bad   bad bad   who who
getScreening     GET    who    no       missing missing missing missing ok missing missing who who
"""

TENDER = "某河堤加固工程施工招标"
WORDS = "营业执照原件核对一致"
PLACES = {
    "market-screening-run": lambda w: [w.more["screening"].run.key],
    "market-screening-xlsx": lambda w: [w.more["screening"].run.key],
    "market-screening-decide": lambda w: [w.more["screening"].key],
}
INPUTS = {
    "market-screening": lambda _w: {"tender": "另一项目", "firms": "某公司", "threshold": "0.8"},
    "market-screening-decide": lambda _w: {"state": "same", "words": "越权认定"},
}
API_PLACES = {"getScreening": lambda w: {"key": w.more["screening"].run.key}}
API_INPUTS = {"screenFirms": lambda _w: {"tender": "另一项目", "firms": [{"name": "某公司"}]}}

READERS = {
    # the journal of the office tells what was screened for and how it was decided
    TENDER: {"office", "admin"},
    WORDS: {"office", "admin"},
}
FINGERPRINT = {"market"}


def extend(world: Any) -> None:
    """Let Changsha's tender office find the firm that Xiangtan listed, and decide."""
    from conurb.region.competence import competent
    from conurb.region.models import User
    from conurb.sames.market.actions import screening
    from conurb.sames.market.screening import Asked
    from conurb.sames.market.screening_models import ScreeningHit

    officer = User.objects.create_user(
        "screening-changsha", authority=competent("tendering", "430100")
    )
    entry = world.more["market"]["entry"]
    run = screening.screen(officer, [Asked(entry.firm_name, entry.firm, 1)], tender=TENDER)
    hit = ScreeningHit.everything.get(run=run)
    world.more["screening"] = screening.decide(officer, hit, "same", WORDS)
