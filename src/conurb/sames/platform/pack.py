"""What the pack of item 9.2 brings: freight vehicle passes, handled once, good in three cities."""

from conurb.late import late
from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual
from conurb.sames.platform.phrases import ADDRESSES, PHRASES
from conurb.sames.platform.queries.figures import ITEM, measures
from conurb.sames.platform.record_type import TRUCK_PASS
from conurb.sames.platform.service import TruckPassService

PACK = Pack(
    key="platform",
    name=Bilingual("货运车辆通行证", "Freight vehicle passes"),
    url="/platform/",
    items=(ITEM,),
    record_types=(TRUCK_PASS,),
    services=(TruckPassService(),),
    measures=tuple(measures()),
    menu=(
        MenuEntry(Bilingual("货车通行证", "Truck passes"), "platform", "truck"),
        MenuEntry(
            Bilingual("通行证管理", "Passes on the road"),
            "platform-passes",
            "traffic-lights",
            who="officers",
            subjects=("traffic-police",),
        ),
    ),
    phrases=PHRASES,
    addresses=ADDRESSES,
    load=late("conurb.sames.platform.actions.loading.load"),
    demonstrate=late("conurb.sames.platform.demonstration.demonstrate"),
)
