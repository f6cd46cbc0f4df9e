"""How the acts in the journal are told: each verb code has a phrase, given by whoever writes it.

A package registers its verbs when it starts (`conurb.plan.phrases` does so for the plan). A verb
that nobody registered is shown by its code, so that no entry is ever hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conurb.refusal import Words

Detail = Mapping[str, Any]
Remarks = Callable[[Detail], list[tuple[Words, Words]]]
Address = Callable[[str], str]


def _no_remarks(_detail: Detail) -> list[tuple[Words, Words]]:
    return []


@dataclass(frozen=True)
class Phrase:
    """The words that stand between who acted and on what: "accepted the task".

    `remarks` turns an entry's detail into pairs of label and text: ("Reason", "…").
    """

    words: Words
    remarks: Remarks = _no_remarks


_phrases: dict[str, Phrase] = {}
_addresses: dict[str, Address] = {}


def tell(phrases: Mapping[str, Phrase]) -> None:
    """Register the phrases of verbs. A verb registered again takes the later phrase."""
    _phrases.update(phrases)


def lead_to(kind: str, address: Address) -> None:
    """Register how the opaque part of a URN of `kind` becomes the address of its page."""
    _addresses[kind] = address


def phrase_of(verb: str) -> Phrase:
    """Return the phrase of a verb; the code itself where nobody registered one."""
    return _phrases.get(verb) or Phrase(verb)


def known() -> dict[str, Phrase]:
    """Return every registered verb with its phrase."""
    return dict(_phrases)


def address_of(urn: str) -> str:
    """Return the page of a URN (`urn:conurb:<scope>:<kind>:<opaque>`), "" if it has none."""
    parts = urn.split(":")
    if len(parts) != 5 or parts[3] not in _addresses:
        return ""
    return _addresses[parts[3]](parts[4])
