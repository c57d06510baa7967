"""Passkeys with Chromium's virtual authenticator, and the pages of two-factor login in a browser."""

from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.driving import DESK
from tests.second_factors import code_of

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def connect_device(page: Page) -> tuple[object, str]:
    """Give the tab a device that makes and keeps passkeys; return its connection and number."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    answer = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return debugger, answer["authenticatorId"]


def type_password(page: Page, user_name: str = "") -> None:
    if user_name:
        page.locator("[name=username]").fill(user_name)
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")


def leave(page: Page, path: str) -> None:
    """Open a page without the session. The page before must not notice, because it would go to the login itself."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(path)


def test_adds_passkey_and_logs_in_with_it(open_page, owner):
    page = open_page("/account/two-factor/")
    debugger, device = connect_device(page)
    page.get_by_role("link", name="Add a passkey").click()
    type_password(page)
    page.get_by_label("Name").fill("Laptop")
    assert violations(page) == [], "a new passkey"
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Laptop")).to_be_visible()
    assert violations(page) == [], "the list of passkeys"

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey for your account already.")

    leave(page, "/login/?next=/trash")
    assert violations(page) == [], "login"
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/trash")

    leave(page, "/login/")
    type_password(page, "anna")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert violations(page) == [], "second step"
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Photos", exact=True)).to_be_visible()

    debugger.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    leave(page, "/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("No passkey was used. Try again.")


def test_sets_up_app_without_scripts(open_page, owner):
    page = open_page("/account/two-factor/app/", java_script_enabled=False, viewport=DESK)
    type_password(page)
    expect(page.get_by_role("img", name="The secret, for scanning")).to_be_visible()
    page.locator("[name=code]").fill(code_of(page.locator("#secret").inner_text()))
    page.locator("[name=code]").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    saved = download.value.path().read_text()
    assert download.value.suggested_filename == "photosearch-recovery-codes.txt"
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    assert all(code in saved for code in codes)

    leave(page, "/login/")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_hidden()
    type_password(page, "anna")
    page.locator("[name=code]").fill(codes[0])
    page.locator("[name=code]").press("Enter")
    expect(page.locator("#main")).to_be_visible()
    page.goto("/account/two-factor/")
    expect(page.get_by_text("9 codes are unused.")).to_be_visible()
    assert Authenticator.objects.filter(user=owner).count() == 2
