"""People for the tests of the desk: residents with an identity, owners of firms, officers."""

from __future__ import annotations

from conurb.region.models import Authority, City, Identity, Representation, User
from conurb.region.numbers import firm_check_character, resident_check_digit

CITIES = {"changsha": "430100", "zhuzhou": "430200", "xiangtan": "430300"}


def resident_number(county: str, born: str) -> str:
    """Return a well-formed number that nobody has: its sequence is 000."""
    stem = f"{county}{born}000"
    return stem + resident_check_digit(stem)


def firm_number(county: str, serial: int) -> str:
    """Return a well-formed code of an invented firm."""
    stem = f"91{county}MA4LTEX{serial:02d}"
    return stem + firm_check_character(stem)


def make_resident(username: str, county: str, born: str, name: str) -> User:
    """Return somebody whose identity was verified; he lives in the city of the county."""
    user = User.objects.create_user(username, full_name=name, email=f"{username}@example.org")
    Identity.everything.create(
        user=user,
        number=resident_number(county, born),
        name=name,
        phone="13800000000",
        home=City.objects.get(code=county[:4] + "00"),
        source=Identity.Source.COUNTER,
    )
    return user


def make_owner(username: str, county: str, born: str, name: str, firm: str) -> User:
    """Return a resident who is the legal representative of a firm."""
    user = make_resident(username, county, born, name)
    Representation.everything.create(
        user=user,
        firm=firm,
        firm_name="湘潭测试贸易有限公司",
        capacity=Representation.Capacity.LEGAL,
    )
    return user


def officer_of(subject: str, city: str, number: int = 1) -> User:
    """Return an officer of the authority of a city that is competent for a subject of work."""
    authority = Authority.objects.filter(subjects=subject, city_id=city).order_by("order")[0]
    username = f"test-{authority.key}-{number}"
    found = User.objects.filter(username=username).select_related("authority").first()
    return found or User.objects.create_user(
        username, full_name=f"{authority.short_zh}经办{number}", authority=authority
    )
