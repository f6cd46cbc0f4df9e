"""Checks over HTTP, in front of Django: no middleware, no ORM, nothing but the local index.

    GET  /api/check/<type>/<subject>?city=430100[&at=…][&purpose=…]
    POST /api/check/<type>      {"city": …, "subjects": […], "at": …, "purpose": …}

`mount` puts it before the WSGI application in the same server; `records.api.checks` describes the
same operations in the OpenAPI document and answers through `respond` too, so that both say the
same, byte by byte. What an answer repeats of a record lies in the index as JSON already and is not
parsed here.

A check of a person needs a purpose and is noted for the person before it is answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from conurb.records import holding, index
from conurb.records.checking import MOST, judged
from conurb.records.holding import REASON_WORDS, Accord, Held, Reason, Standing, Verdict
from conurb.records.keys import region_secret
from conurb.records.subjects import PERSONAL, SubjectError, handle, parse
from conurb.records.types import RecordType, UnknownTypeError, type_of
from conurb.region.numbers import NumberError
from conurb.region.tables import Bilingual

PREFIX = "/api/check/"
PARAMETERS = frozenset({"city", "at", "purpose", "lang"})
MEMBERS = frozenset({"city", "subjects", "at", "purpose"})
LARGEST_BODY = 256 * 1024
PURPOSE_LENGTH = 200

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

REASONS_PHRASES = {
    200: "200 OK",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    422: "422 Unprocessable Content",
}


_turn = Lock()
"""One check at a time in a process: LMDB gives Python's lock away on every step, and threads that
check at once would do little but hand it to one another. Processes check side by side."""


Reply = tuple[int, bytes]
"""A status and the JSON that goes with it."""


class _ProblemError(Exception):
    """What was asked cannot be answered; `where` is the place of the fault in the request."""

    def __init__(self, status: int, words: Bilingual, *errors: tuple[Sequence[str], Bilingual]):
        super().__init__(words.en)
        self.status = status
        self.words = words
        self.errors = errors


def mount(application: Application) -> Application:
    """Return the application with the checks before it; all else it answers itself."""

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return application(environ, start_response)
        (status, body), allow = _serve(environ, path[len(PREFIX) :])
        headers = [JSON, ("Content-Length", str(len(body))), NOT_STORED, NOT_GUESSED]
        if status == 401:
            headers.append(("WWW-Authenticate", 'Bearer realm="Conurb"'))
        if allow:
            headers.append(("Allow", allow))
        start_response(REASONS_PHRASES[status], headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return serve


JSON = ("Content-Type", "application/json; charset=utf-8")
NOT_STORED = ("Cache-Control", "no-store")
NOT_GUESSED = ("X-Content-Type-Options", "nosniff")


def _serve(environ: Environ, place: str) -> tuple[Reply, str]:
    """Take a request apart; returns the reply, and the methods that there are for 405."""
    if not place.isascii():
        with suppress(UnicodeError):
            place = place.encode("latin-1").decode()
    slug, slash, subject = place.partition("/")
    method = environ["REQUEST_METHOD"]
    query = environ.get("QUERY_STRING", "")
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if slash:
        if method not in {"GET", "HEAD"}:
            return _not_allowed(query), "GET, HEAD"
        return respond(slug, subject, query, authorization), ""
    if method != "POST":
        return _not_allowed(query), "POST"
    # one more than is allowed, so that what is too long is seen to be
    given = environ.get("CONTENT_LENGTH") or LARGEST_BODY + 1
    length = min(int(given) if str(given).isdigit() else 0, LARGEST_BODY + 1)
    body = environ["wsgi.input"].read(length)
    return respond(slug, "", query, authorization, body), ""


def respond(
    slug: str, subject: str, query: str, authorization: str, body: bytes | None = None
) -> Reply:
    """Return the reply to a check of one subject, or of many where there is a body.

    The arguments are the parts of a request, as whoever serves it took it apart.
    """
    try:
        with _turn:
            if body is None:
                return 200, _one(slug, subject, query, authorization)
            return 200, _many(slug, query, authorization, body)
    except _ProblemError as problem:
        return _told(problem, english=_query(query).get("lang", "").startswith("en"))


def _query(text: str) -> dict[str, str]:
    if not text:
        return {}
    if "%" in text or "+" in text:
        return dict(parse_qsl(text, keep_blank_values=True))
    # nothing is escaped: most of what is asked, and several times as fast
    pairs = (part.partition("=") for part in text.split("&") if part)
    return {name: value for name, _equals, value in pairs}


class Context(NamedTuple):
    """Who asks about what and where; `at` is None where it is now that is asked about, `head` is
    how the answer begins, up to the moment. `of_things` tells that no person is asked about;
    `accords` are those of the type in the city.
    """

    of: RecordType
    of_things: bool
    accords: tuple[Accord, ...]
    caller: index.Caller | None
    city: str
    at: str | None
    purpose: str
    head: bytes


MOST_CONTEXTS = 4_096


def _one(slug: str, number: str, query: str, authorization: str) -> bytes:
    with index.local().reading() as snapshot:
        # a system asks with one key in one city about many subjects: what was found right stays so
        # until the index changes, as it does when a key is revoked
        context: Context = snapshot.kept.get((slug, query, authorization)) or _context(
            snapshot, slug, query, authorization
        )
        of, of_things, accords, caller, city, given_at, purpose, head = context
        at = given_at or holding.now()
        # where the index knows the number just as it was given, as it mostly does, nothing is
        # looked at more closely; a separator of its keys could make a part of a key look like one
        if of_things and number.isalnum():
            facts = snapshot.facts(slug, number, at)
            verdict = holding.judge(facts, accords, snapshot.shared.lost, city=city, at=at)
            if verdict.found:
                return _one_told(head, at, number, verdict)
        (number,), handles, (verdict,) = _judged(
            snapshot, of, [number], ["path", "subject"], city, at
        )
    if not of_things:
        _note(of, handles, [verdict], city, purpose, caller)
    return _one_told(head, at, number, verdict)


def _one_told(head: bytes, at: str, number: str, verdict: Verdict) -> bytes:
    return b"".join((head, at.encode(), b'","subject":"', *_said(number, verdict)))


def _context(snapshot: index.Snapshot, slug: str, query: str, authorization: str) -> Context:
    """Find out what a single check says beside its subject, and keep it while the index stays."""
    of, caller = _let_in(snapshot, slug, authorization)
    said = _query(query)
    for name in said:
        if name not in PARAMETERS:
            raise _wrong(["query", name], "没有这个参数", "there is no such parameter")
    city = _city(snapshot, said.get("city"), "query")
    at = _moment(said["at"], "query") if "at" in said else None
    purpose = _purpose(of, said.get("purpose"), "query")
    head = f'{{"type":"{of.slug}","city":"{city}","at":"'.encode()
    of_things = of.subject not in PERSONAL
    accords = snapshot.shared.accords.get((of.slug, city), ())
    found = Context(of, of_things, accords, caller, city, at, purpose, head)
    if len(snapshot.kept) >= MOST_CONTEXTS:
        snapshot.kept.clear()
    snapshot.kept[slug, query, authorization] = found
    return found


def _many(slug: str, query: str, authorization: str, body: bytes) -> bytes:
    with index.local().reading() as snapshot:
        of, caller = _let_in(snapshot, slug, authorization)
        for name in _query(query):
            if name != "lang":
                raise _wrong(["query", name], "没有这个参数", "there is no such parameter")
        said = _body(body)
        for name in ("city", "at", "purpose"):
            if not isinstance(said.get(name, ""), str):
                raise _wrong(["body", name], "应为文字", "must be a text")
        city = _city(snapshot, said.get("city"), "body")
        at = _moment(said["at"], "body") if "at" in said else holding.now()
        purpose = _purpose(of, said.get("purpose"), "body")
        subjects = _subjects(said.get("subjects"))
        numbers, handles, verdicts = _judged(snapshot, of, subjects, None, city, at)
    if of.subject in PERSONAL:
        _note(of, handles, verdicts, city, purpose, caller)
    head = f'{{"type":"{of.slug}","city":"{city}","at":"{at}","answers":['
    return head.encode() + b",".join(map(_answer, numbers, verdicts)) + b"]}"


def _let_in(
    snapshot: index.Snapshot, slug: str, authorization: str
) -> tuple[RecordType, index.Caller | None]:
    """Return the type asked about and who asks; a key that is sent must be good."""
    caller = None
    if authorization:
        scheme, _space, secret = authorization.partition(" ")
        if scheme.lower() == "bearer":
            caller = snapshot.caller(secret.strip())
        if caller is None:
            raise _ProblemError(
                401,
                Bilingual("该密钥不存在或已停用。", "This key is unknown or was revoked."),
            )
    try:
        of = type_of(slug)
    except UnknownTypeError as fault:
        words = Bilingual("没有这种凭证类型。", "There is no such type of record.")
        # who has no key is not told which types there are
        raise _ProblemError(404 if caller else 401, words if caller else NO_KEY) from fault
    if caller is None and not of.open_to_all:
        raise _ProblemError(401, NO_KEY)
    return of, caller


NO_KEY = Bilingual("请随请求发送密钥。", "Send a key with the request.")


def _city(snapshot: index.Snapshot, city: Any, place: str) -> str:
    there = snapshot.shared.cities
    if isinstance(city, str) and city in there:
        return city
    codes = ", ".join(sorted(there))
    if city is None or city == "":
        raise _wrong(
            [place, "city"],
            f"请说明在哪个市核验（city），可用：{codes}",
            f"say in which city (city): {codes}",
        )
    raise _wrong(
        [place, "city"], f"没有这个市，可用：{codes}", f"there is no such city; there are: {codes}"
    )


def _moment(at: Any, place: str) -> str:
    try:
        # a plus that nobody escaped arrives as a space
        moment = datetime.fromisoformat(str(at).replace(" ", "+") if "T" in str(at) else "")
        if moment.tzinfo is None:
            raise ValueError
        return holding.instant(moment)
    except (ValueError, OverflowError) as fault:
        raise _wrong(
            [place, "at"],
            "应为带时区的时刻，如 2026-01-31T08:00:00+08:00",
            "must be a moment with its zone, as 2026-01-31T08:00:00+08:00",
        ) from fault


def _purpose(of: RecordType, purpose: Any, place: str) -> str:
    text = str(purpose or "").strip()
    if len(text) > PURPOSE_LENGTH or (not text and of.subject in PERSONAL):
        raise _wrong(
            [place, "purpose"],
            f"核验个人凭证须说明用途（purpose），不超过{PURPOSE_LENGTH}字；本人可查看",
            f"a check of a person needs a purpose (purpose) of at most {PURPOSE_LENGTH} "
            "characters; the person can read it",
        )
    return text


def _judged(
    snapshot: index.Snapshot,
    of: RecordType,
    given: Sequence[str],
    place: Sequence[str] | None,
    city: str,
    at: str,
) -> tuple[list[str], list[str], list[Verdict]]:
    """Return numbers as their standard writes them, handles and verdicts, in the order given.

    `place` is where the one number stands, None for the list of a body. The index knows right
    numbers alone, so what it knows as it was given needs no closer look, which is most of the
    time of a batch. Raises _ProblemError with every number that is wrong.
    """
    numbers, handles = list(given), list(given)
    if of.subject in PERSONAL:
        verdicts: list[Verdict] = []
        unknown: Iterable[int] = range(len(given))
    else:
        # a separator of the index's keys could make a part of a key look like a number
        asked = [text if text.isalnum() else "" for text in given]
        verdicts = judged(snapshot, of.slug, asked, city, at)
        unknown = [each for each, verdict in enumerate(verdicts) if not verdict.found]
    faults = []
    for each in unknown:
        where = place or ["body", "subjects", str(each)]
        try:
            numbers[each], handles[each] = _subject(of, given[each], where)
        except _ProblemError as fault:
            faults.append(fault)
    if faults:
        raise faults[0] if place else _wrong_numbers(faults)
    if not verdicts:
        return numbers, handles, judged(snapshot, of.slug, handles, city, at)
    again = [each for each in unknown if handles[each] != given[each]]
    if again:
        new = judged(snapshot, of.slug, [handles[each] for each in again], city, at)
        for each, verdict in zip(again, new, strict=True):
            verdicts[each] = verdict
    return numbers, handles, verdicts


def _subject(of: RecordType, given: str, where: Sequence[str]) -> tuple[str, str]:
    """Return the number as its standard writes it, and the subject's handle."""
    try:
        subject = parse(of.subject, given)
    except (NumberError, SubjectError) as fault:
        raise _wrong(where, fault.message_zh, fault.message_en) from fault
    if of.subject not in PERSONAL:
        return subject.number, subject.number
    return subject.number, handle(subject, region_secret())


def _wrong_numbers(faults: Sequence[_ProblemError]) -> _ProblemError:
    return _ProblemError(
        422,
        Bilingual(
            f"有{len(faults)}个号码有误，整批未核验。",
            f"{len(faults)} numbers are wrong; nothing was checked.",
        ),
        *(error for fault in faults for error in fault.errors),
    )


def _subjects(given: Any) -> list[str]:
    if not isinstance(given, list) or not given:
        raise _wrong(
            ["body", "subjects"],
            f"应为1至{MOST}个主体号码的列表",
            f"must be a list of 1 to {MOST} numbers of subjects",
        )
    if len(given) > MOST:
        raise _wrong(
            ["body", "subjects"],
            f"一次最多核验{MOST}个主体，本次为{len(given)}个，请分批",
            f"at most {MOST} subjects are checked at once; these are {len(given)}",
        )
    for place, text in enumerate(given):
        if not isinstance(text, str):
            raise _wrong(["body", "subjects", str(place)], "应为文字", "must be a text")
    return given


def _body(body: bytes) -> Mapping[str, Any]:
    if len(body) > LARGEST_BODY:
        raise _ProblemError(
            413,
            Bilingual(
                f"请求正文超过{LARGEST_BODY // 1024} KB，请分批。",
                f"The body is larger than {LARGEST_BODY // 1024} KB; send it in parts.",
            ),
        )
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise _wrong(["body"], "正文不是 JSON", "the body is no JSON") from fault
    if not isinstance(said, dict):
        raise _wrong(["body"], "正文应为 JSON 对象", "the body must be a JSON object")
    for name in said:
        if name not in MEMBERS:
            raise _wrong(["body", name], "没有这一项", "there is no such member")
    return said


def _note(
    of: RecordType,
    handles: Sequence[str],
    verdicts: Sequence[Verdict],
    city: str,
    purpose: str,
    caller: index.Caller | None,
) -> None:
    from conurb.records.actions.looking import note_all

    who = caller or index.Caller("", "", "")
    note_all(
        [
            {
                "subject_handle": named,
                "type": of.slug,
                "record_key": json.loads(verdict.found[0].fact.said)["key"]
                if verdict.found
                else "",
                "in_city": city,
                "authority_key": who.authority,
                "authority_name": who.authority_name,
                "actor_name": who.system,
                "purpose": purpose,
                "verdict": verdict.outcome,
                "way": "api",
            }
            for named, verdict in zip(handles, verdicts, strict=True)
        ]
    )


def _answer(number: str, verdict: Verdict) -> bytes:
    """Return the JSON of one answer of a batch."""
    return b"".join((b'{"subject":"', *_said(number, verdict)))


def _said(number: str, verdict: Verdict) -> tuple[bytes, ...]:
    """Return the pieces of an answer from the number on, which has nothing that JSON escapes."""
    outcome, reason, found = verdict
    told = b",".join(map(_found, found)) if len(found) != 1 else _found(found[0])
    return number.encode(), b'",', _verdict(outcome, reason), b',"found":[', told, b"]}"


@lru_cache(maxsize=64)
def _verdict(outcome: str, reason: Reason) -> bytes:
    words = REASON_WORDS[reason]
    said = {"verdict": outcome, "reason": reason, "words": {"zh": words.zh, "en": words.en}}
    return _text(said)[1:-1].encode()


def _found(held: Held) -> bytes:
    fact, standing, _why, holds, accord = held
    return _how_it_holds(standing, holds, accord) + fact.said[1:]


@lru_cache(maxsize=4096)
def _how_it_holds(standing: Standing, holds: bool, accord: Accord | None) -> bytes:
    agreed = accord.effects if accord else ()
    effects = [{"code": code, "zh": zh, "en": en} for code, zh, en in agreed]
    said = {
        "standing": standing,
        "holds": holds,
        "agreement": accord.key if accord else None,
        "effects": effects,
    }
    return _text(said)[:-1].encode() + b","


def _wrong(where: Sequence[str], zh: str, en: str) -> _ProblemError:
    name = ".".join(where)
    return _ProblemError(
        422, Bilingual(f"{name}：{zh}。", f"{name}: {en}."), (where, Bilingual(zh, en))
    )


def _not_allowed(query: str) -> Reply:
    words = Bilingual("该地址不支持此请求方法。", "This address does not take this method.")
    return _told(_ProblemError(405, words), english="lang=en" in query)


def _told(problem: _ProblemError, *, english: bool) -> Reply:
    def told(words: Bilingual) -> str:
        return words.en if english else words.zh

    said: dict[str, Any] = {"detail": told(problem.words)}
    if problem.status == 422:
        said["errors"] = [
            {"where": list(where), "message": told(words)} for where, words in problem.errors
        ]
    return problem.status, _text(said).encode()


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
