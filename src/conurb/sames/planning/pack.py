"""What the pack of field 1 brings: joint review, zones and tiers, the library of plans."""

from conurb.late import late
from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual
from conurb.sames.planning.measures import ITEMS, measures
from conurb.sames.planning.phrases import ADDRESSES, PHRASES
from conurb.sames.planning.record_type import PLAN_ADOPTION

PACK = Pack(
    key="planning",
    name=Bilingual("规划联合审核与规划库", "Joint review and library of plans"),
    url="/planning/",
    items=ITEMS,
    record_types=(PLAN_ADOPTION,),
    measures=measures(),
    menu=(
        MenuEntry(Bilingual("规划一张图", "One planning map"), "planning", "map-2"),
        MenuEntry(
            Bilingual("规划联合审核", "Joint reviews"),
            "planning-reviews",
            "checklist",
            who="officers",
            subjects=("spatial-planning",),
        ),
        MenuEntry(Bilingual("规划库", "Library of plans"), "planning-plans", "folders"),
    ),
    phrases=PHRASES,
    addresses=ADDRESSES,
    load=late("conurb.sames.planning.actions.library.load"),
    demonstrate=late("conurb.sames.planning.demonstration.demonstrate"),
)
