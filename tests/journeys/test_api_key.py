"""The office gives an authority's system a key; it works on the API until it is revoked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

AUTHORITY = "changsha-transport"


def call(address: str, secret: str, body: dict[str, str] | None = None) -> tuple[int, dict]:
    """Call the API with a key, as another system does; return status and answer."""
    request = urllib.request.Request(
        address,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_key_from_the_page_works_and_ends(visit: Visit, lang: str) -> None:
    office = visit("office", lang=lang)
    page = office.goto(f"/authorities/{AUTHORITY}/keys/")
    page.fill("input[name=label]", f"调度系统 {lang}")
    office.by("key-form").get_by_role("button").click()
    secret = office.by("secret").inner_text()
    assert secret.startswith("cnb_")
    office.goto(f"/authorities/{AUTHORITY}/keys/")
    expect(office.by("secret")).to_have_count(0)
    assert secret not in page.content()

    api = f"{office.node.address}/api"
    status, tasks = call(f"{api}/tasks?lead={AUTHORITY}&light=on-course", secret)
    assert status == 200
    key = tasks["tasks"][0]["key"]
    words = f"系统自动报送：日交通量已接入（{lang}）"
    status, made = call(f"{api}/tasks/{key}/reports", secret, {"words": words})
    assert (status, made["authority"]["key"]) == (201, AUTHORITY)
    office.goto(f"/tasks/{key}/")
    expect(page.get_by_text(words).first).to_be_visible()

    status, others = call(f"{api}/tasks?lead=zhuzhou-transport&light=on-course", secret)
    status, refusal = call(
        f"{api}/tasks/{others['tasks'][0]['key']}/reports", secret, {"words": words}
    )
    assert status == 403
    assert refusal["detail"]

    office.goto(f"/authorities/{AUTHORITY}/keys/")
    row = page.locator("tr", has_text=f"调度系统 {lang}")
    row.locator("a[href*='/revoke/']").click()
    office.by("revoke-confirm").click()
    page.wait_for_url(f"**/authorities/{AUTHORITY}/keys/")
    status, refusal = call(f"{api}/tasks/{key}/reports", secret, {"words": words})
    assert status == 401
    assert refusal["detail"]


def test_the_documentation_of_the_api_is_drawn(visit: Visit) -> None:
    """Swagger draws every operation from this node's own files."""
    visitor = visit(lang="en")
    page = visitor.goto("/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.locator(".opblock").count() >= 14
