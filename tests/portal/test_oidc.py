"""Residents come in by OpenID Connect, from a small provider that speaks the real protocol."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from conurb.journal.models import Entry
from conurb.portal.logins import vouched
from conurb.region.models import Identity, User
from conurb.region.numbers import resident_check_digit

NAMES = {"number": "resident_number", "name": "name", "phone": "phone_number"}


def number(sequence: str = "000", born: str = "19850314") -> str:
    digits = f"430103{born}{sequence}"
    return digits + resident_check_digit(digits)


class Provider:
    """An OpenID provider (OpenID Connect Core 1.0, code flow) that says what it is told to say."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.person: dict[str, Any] = {}
        self.used: set[str] = set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, body: dict[str, Any], status: int = 200) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                match urlsplit(self.path).path:
                    case "/.well-known/openid-configuration":
                        self.answer(provider.configuration)
                    case "/jwks":
                        self.answer({"keys": [provider.key.as_dict(private=False)]})
                    case "/userinfo" if self.headers["Authorization"] == "Bearer token-1":
                        self.answer(provider.person)
                    case _:
                        self.answer({"error": "invalid"}, 401)

            def do_POST(self) -> None:
                sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                code = sent["code"][0]
                if code in provider.used or sent["client_secret"] != ["s3cret"]:
                    self.answer({"error": "invalid_grant"}, 400)
                    return
                provider.used.add(code)
                self.answer(
                    {
                        "access_token": "token-1",
                        "token_type": "Bearer",
                        "expires_in": 300,
                        "id_token": provider.id_token(),
                    }
                )

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.configuration = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": "conurb", "iat": now, "exp": now + 300}
        claims["sub"] = self.person["sub"]
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    settings.ROOT_URLCONF = "tests.portal.oidc_urls"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "统一身份认证",
                    "client_id": "conurb",
                    "secret": "s3cret",
                    "settings": {"server_url": made.address},
                }
            ]
        }
    }
    yield made
    made.server.shutdown()
    made.server.server_close()


def come_in(browser: Client, code: str) -> Any:
    """Go to the provider and come back with its code, as a browser does."""
    sent = browser.post("/account/oidc/oidc/oidc/login/")
    assert sent.status_code == 302, sent.content[:300]
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert asked["client_id"] == ["conurb"]
    back = urlsplit(asked["redirect_uri"][0]).path
    return browser.get(back, {"code": code, "state": asked["state"][0]})


def test_the_login_page_leads_to_the_provider(db, provider):
    page = Client().get("/account/login/?next=/wallet/").content.decode()
    assert "统一身份认证" in page
    assert "/account/oidc/oidc/oidc/login/?" in page


def test_a_resident_comes_in_and_is_known_again(db, provider):
    provider.person = {
        "sub": "a-1",
        "name": "试验甲",
        "resident_number": number(),
        "phone_number": "13800000000",
    }
    browser = Client()
    assert come_in(browser, "one")["Location"] == "/"
    user = User.objects.get(pk=browser.session["_auth_user_id"])
    assert (str(user), user.authority, user.role.value) == ("试验甲", None, "resident")
    identity = Identity.everything.get(user=user)
    assert (identity.number, identity.phone) == (number(), "13800000000")
    assert Entry.everything.filter(verb="person.open").count() == 1
    again = Client()
    come_in(again, "two")
    assert again.session["_auth_user_id"] == str(user.pk)
    # the provider changed its own name for him, the person is the same
    provider.person["sub"] = "a-2"
    other = Client()
    come_in(other, "three")
    assert other.session["_auth_user_id"] == str(user.pk)
    assert Identity.everything.count() == 1


def test_nothing_of_the_claims_is_kept_beside_the_identity(db, provider):
    from allauth.socialaccount.models import SocialAccount

    provider.person = {"sub": "b", "name": "试验乙", "resident_number": number(born="19900101")}
    come_in(Client(), "kept")
    assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "c", "name": "无号码"},
        {"sub": "c", "name": "错号码", "resident_number": "430103198503140001"},
        {"sub": "c", "name": " ", "resident_number": number()},
    ],
)
def test_whom_the_provider_does_not_vouch_for_stays_out(db, provider, person):
    provider.person = person
    browser = Client()
    answer = come_in(browser, "out")
    assert "_auth_user_id" not in browser.session
    assert answer.status_code in {200, 302}
    assert not User.objects.filter(full_name=person["name"]).exists()


def test_a_code_that_was_used_lets_nobody_in(db, provider):
    provider.person = {"sub": "d", "name": "试验丁", "resident_number": number()}
    come_in(Client(), "once")
    thief = Client()
    come_in(thief, "once")
    assert "_auth_user_id" not in thief.session


def test_claims_are_read_where_the_provider_puts_them():
    said = {"resident_number": number(), "name": "试验戊"}
    for claims in (said, {"userinfo": said}, {"id_token": said, "userinfo": {"phone_number": "1"}}):
        found = vouched(claims, NAMES)
        assert found is not None
        assert found.number == number()
    assert vouched({}, NAMES) is None
