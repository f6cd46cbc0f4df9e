"""Identity: names that hold wherever the data lives (RFC 8141 form, namespace `conurb`)."""

import secrets


def new_urn(kind: str, scope: str = "region") -> str:
    """Return a new name `urn:conurb:<scope>:<kind>:<opaque>`; 120 random bits, unguessable.

    `scope` is the administrative code of the city the thing belongs to, or "region".
    """
    return f"urn:conurb:{scope}:{kind}:{secrets.token_hex(15)}"


def opaque(urn: str) -> str:
    """Return the last part of a URN, as used in addresses of pages."""
    return urn.rsplit(":", 1)[-1]
