"""What the pack brings for item 4.1, one market: the wage-arrears list and screening against it."""

from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual
from conurb.sames.market import screening_phrases
from conurb.sames.market.record_types import FIRM, PERSON

PACK = Pack(
    key="market",
    name=Bilingual("欠薪失信联合惩戒", "Wage-arrears list with joint consequences"),
    url="/market/list/",
    items=("4.1",),
    record_types=(FIRM, PERSON),
    menu=(
        MenuEntry(
            Bilingual("名单比对", "Screening"),
            route="market-screening",
            icon="list-search",
            who="officers",
            subjects=("tendering",),
        ),
    ),
    phrases={**screening_phrases.PHRASES},
    addresses={**screening_phrases.ADDRESSES},
)
