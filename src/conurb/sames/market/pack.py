"""What the pack brings for item 4.1, one market: the wage-arrears list and screening against it."""

from conurb.packs import Pack
from conurb.region.tables import Bilingual
from conurb.sames.market.record_types import FIRM, PERSON

PACK = Pack(
    key="market",
    name=Bilingual("欠薪失信联合惩戒", "Wage-arrears list with joint consequences"),
    url="/market/list/",
    items=("4.1",),
    record_types=(FIRM, PERSON),
)
