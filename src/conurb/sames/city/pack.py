"""What the pack brings for item 3.1, one city: the catalogue of services that any city takes."""

from conurb.packs import Pack
from conurb.plan.measures import Measure
from conurb.region.tables import Bilingual
from conurb.sames.city import figures

PACK = Pack(
    key="city",
    name=Bilingual("三市政务服务一体办理", "One catalogue of services for three cities"),
    url="/services/",
    items=("3.1",),
    measures=(
        Measure(
            "services",
            "三市通办事项",
            "Services taken in every city",
            "3.1",
            figures.services_offered,
        ),
        Measure(
            "across",
            "跨市办理办件",
            "Cases decided in another city than they were handed in",
            "3.1",
            figures.across_cities,
        ),
        Measure(
            "asked-again",
            "已有凭证仍重复收取材料",
            "Asked for although a record says it",
            "3.1",
            figures.asked_for_again,
        ),
    ),
)
