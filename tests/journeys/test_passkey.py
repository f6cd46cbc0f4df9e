"""A passkey is added and opens the account, with an authenticator that Chromium plays."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize(
    ("lang", "username"), [("zh-hans", "zhuzhou-health-1"), ("en", "xiangtan-health-1")]
)
def test_add_a_passkey_and_log_in_with_it(visit: Visit, lang: str, username: str) -> None:
    visitor = visit(lang=lang)
    page = visitor.page
    devtools = visitor.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    visitor.become(username)

    visitor.goto("/account/passkeys/add/")
    if "/reauthenticate/" in page.url:
        page.fill("main input[name=password]", "demo")
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/account/passkeys/add/")
    page.fill("input[name=name]", "办公室笔记本")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/account/passkeys/")
    expect(page.get_by_text("办公室笔记本")).to_be_visible()

    visitor.goto("/account/logout/")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(visitor.node.address + "/")
    visitor.goto("/account/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/account/login" not in url)
    visitor.goto("/account/")
    expect(page.locator("main")).to_contain_text(username)
