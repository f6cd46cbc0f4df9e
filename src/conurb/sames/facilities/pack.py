"""What the pack of field 2 brings: the network of the cities, and every project of it appraised."""

from conurb.late import late
from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual
from conurb.sames.facilities.measures import ITEMS, measures, signal_measures
from conurb.sames.facilities.phrases import PHRASES
from conurb.sames.facilities.signal_phrases import SIGNAL_ADDRESSES, SIGNAL_PHRASES

PACK = Pack(
    key="facilities",
    name=Bilingual("设施同网：路网与项目评估", "One network: projects appraised"),
    url="/facilities/",
    items=ITEMS,
    measures=(*measures(), *signal_measures()),
    menu=(
        MenuEntry(Bilingual("路网与项目", "Network and projects"), "facilities", "route"),
        MenuEntry(Bilingual("市界断头路", "Dead ends at borders"), "facilities-dead-ends", "flag"),
        MenuEntry(Bilingual("干道绿波", "Green waves"), "signals", "traffic-lights"),
    ),
    phrases={**PHRASES, **SIGNAL_PHRASES},
    addresses=SIGNAL_ADDRESSES,
    load=late("conurb.sames.facilities.actions.loading.load_and_appraise"),
    demonstrate=late("conurb.sames.facilities.signal_demonstration.demonstrate"),
)
