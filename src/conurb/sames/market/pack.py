"""What the pack brings for item 4.1, one market: the wage-arrears list and screening against it."""

from conurb.late import late
from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual
from conurb.sames.market import measures, phrases, screening_phrases
from conurb.sames.market.record_types import FIRM, PERSON

EFFECT_SUBJECTS = (
    "finance",
    "tendering",
    "capital-market",
    "market-regulation",
    "taxation",
    "labour",
    "civil-aviation",
)
"""Subjects of work whose authorities act on an effect, as regions usually declare them."""

PACK = Pack(
    key="market",
    name=Bilingual("欠薪失信联合惩戒", "Wage-arrears list with joint consequences"),
    url="/market/list/",
    items=("4.1",),
    record_types=(FIRM, PERSON),
    measures=measures.MEASURES,
    menu=(
        MenuEntry(
            Bilingual("欠薪失信名单", "Wage-arrears list"), route="market-list", icon="list-details"
        ),
        MenuEntry(
            Bilingual("涉我单位事项", "Matters of my firms"),
            route="market-mine",
            icon="building",
            who="residents",
        ),
        MenuEntry(
            Bilingual("欠薪办案", "Matters of arrears"),
            route="market-matters",
            icon="gavel",
            who="officers",
            subjects=("labour",),
        ),
        MenuEntry(
            Bilingual("惩戒任务", "Duties from the list"),
            route="market-duties",
            icon="checklist",
            who="officers",
            subjects=EFFECT_SUBJECTS,
        ),
        MenuEntry(
            Bilingual("欠薪名单统计", "Figures of the list"),
            route="market-figures",
            icon="chart-bar",
            who="officers",
            subjects=("labour", "credit", *EFFECT_SUBJECTS),
        ),
        MenuEntry(
            Bilingual("名单比对", "Screening"),
            route="market-screening",
            icon="list-search",
            who="officers",
            # travel hits people, whom nobody screens
            subjects=tuple(each for each in EFFECT_SUBJECTS if each != "civil-aviation"),
        ),
    ),
    phrases={**phrases.PHRASES, **screening_phrases.PHRASES},
    addresses={**phrases.ADDRESSES, **screening_phrases.ADDRESSES},
    demonstrate=late("conurb.sames.market.demonstration.demonstrate"),
)
