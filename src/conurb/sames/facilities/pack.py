"""What the pack of field 2 brings: the network of the cities, and every project of it appraised."""

from conurb.packs import MenuEntry, Pack
from conurb.region.tables import Bilingual

PACK = Pack(
    key="facilities",
    name=Bilingual("设施同网：路网与项目评估", "One network: projects appraised"),
    url="/facilities/",
    items=("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "5.2"),
    menu=(MenuEntry(Bilingual("路网与项目", "Network and projects"), "facilities", "route"),),
)
