"""The logs of a node as an audit reads them from outside: over HTTP, by its public addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from conurb.records import sd_jwt, status_lists
from conurb.records.auditing import PORTION, Kept, Row
from conurb.records.sd_jwt import SdJwtError
from conurb.records.status_lists import StatusListError
from conurb.records.suites import KeyFormatError, UnknownSuiteError, unb64, verifier
from conurb.records.trust import TrustList

TIMEOUT = 30
"""Seconds that an answer may take."""
MOST = 64 * 1024 * 1024
"""Octets that an answer may have."""


class UnreachableError(RuntimeError):
    """The node does not answer, or answers with something else than it should."""


class Node:
    """A source of an audit: the addresses of a node, as `docs/records.md` describes them."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        if urlsplit(self.address).scheme not in {"http", "https"}:
            raise UnreachableError(f"{address} is no address: it begins with https:// or http://.")

    def logs(self) -> Sequence[str]:
        """The cities' logs."""
        return [head["log"] for head in self._json("/api/logs") if head["log"] != "region"]

    def heads(self, log: str, above: int) -> Iterator[str]:
        """Checkpoints by size."""
        while True:
            page = self._json(f"/api/logs/{log}/checkpoints?above={above}&limit={PORTION}")
            heads = page["heads"]
            yield from (str(head["note"]) for head in heads)
            if len(heads) < PORTION:
                return
            above = int(heads[-1]["size"])

    def entries(self, log: str, start: int) -> Iterator[Row]:
        """Entries as they are served: each is named by its place in the answer."""
        while True:
            page = self._json(f"/api/logs/{log}/entries?start={start}&limit={PORTION}")
            texts = page["entries"]
            yield from (Row(start + at, str(text)) for at, text in enumerate(texts))
            start += len(texts)
            if not texts or start >= int(page["size"]):
                return

    def tile(self, log: str, level: int, index: int) -> bytes | None:
        """A full tile as it is served."""
        answer = self._get(f"/api/logs/{log}/tiles/{level}/{index}")
        if answer is None:
            return None
        tile = self._parsed(answer)
        return unb64(str(tile["hashes"])) if tile["count"] == 256 else None

    def status_list(self, city: str, number: int, trust: TrustList) -> bytes | None:
        """The bits of the signed token; None where a key of the city did not sign it."""
        answer = self._get(f"/status-lists/{city}/{number}")
        if answer is None:
            return None
        try:
            token = sd_jwt.take_apart(answer.decode("ascii").strip())
            width, bits = status_lists.unpack(token.payload.get("status_list", {}))
            key = trust.get(token.header.get("kid"))
            good = (
                key is not None
                and key.owner == city
                and token.header.get("alg") == key.algorithm
                and token.header.get("typ") == status_lists.TYP
                and str(token.payload.get("sub", "")).endswith(f"/status-lists/{city}/{number}")
                and verifier(key.algorithm, key.jwk)(token.signed, token.signature)
            )
        except (ValueError, SdJwtError, StatusListError, KeyFormatError, UnknownSuiteError):
            return None
        return bits if good and width == status_lists.BITS else None

    def records(self, city: str) -> Iterator[Kept] | None:
        """None: a city's own rows are nobody else's business."""
        return None

    def _json(self, path: str) -> Any:
        answer = self._get(path)
        if answer is None:
            raise UnreachableError(f"{self.address}{path} does not exist.")
        return self._parsed(answer)

    def _parsed(self, answer: bytes) -> Any:
        try:
            return json.loads(answer)
        except ValueError as fault:
            raise UnreachableError(
                f"{self.address} answers with something else: {fault}"
            ) from fault

    def _get(self, path: str) -> bytes | None:
        request = Request(self.address + path, headers={"User-Agent": "conurb-audit"})  # noqa: S310
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                body: bytes = answer.read(MOST + 1)
        except HTTPError as fault:
            if fault.code == 404:
                return None
            raise UnreachableError(f"{self.address}{path} answers {fault.code}.") from fault
        except (URLError, HTTPException, OSError) as fault:
            raise UnreachableError(f"{self.address} does not answer: {fault}") from fault
        if len(body) > MOST:
            raise UnreachableError(f"{self.address}{path} answers with more than {MOST} octets.")
        return body
