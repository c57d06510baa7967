"""The pages of API tokens, assistants and the API reference in a browser."""

from playwright.sync_api import expect

from gallery.access.tokens import ApiToken
from gallery.assistants import AssistantCall
from search.saved import save_search
from tests.browser.driving import follow


def test_creates_shows_and_revokes_token(open_page):
    page = open_page("/tokens", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Name").fill("Telephone")
    page.get_by_label("upload photos").check()
    page.get_by_label("Valid for").select_option("30")
    follow(page, page.get_by_role("button", name="Create token"))
    key = page.get_by_role("textbox", name="Your new token").input_value()
    assert key.startswith("ps_")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    expect(page.get_by_role("heading", name="Telephone")).to_be_visible()
    page.get_by_role("button", name="Revoke “Telephone”").click()
    expect(page.get_by_text("API token “Telephone” revoked")).to_be_visible()
    assert not ApiToken.objects.exists()


def test_sets_access_of_assistants_and_lists_their_questions(open_page, owner):
    AssistantCall.objects.create(
        user=owner, token_name="desk", tool="search", arguments={"query": "<b>tea</b>"}, outcome="3 photos"
    )
    save_search("Flights", user=owner, address="q=flight")
    page = open_page("/assistants")
    expect(page.get_by_role("cell", name="<b>tea</b>")).to_be_visible()
    expect(page.get_by_label("Flights")).to_be_hidden()
    page.get_by_label("results of selected saved searches").check()
    page.get_by_label("Flights").check()
    follow(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Applies from the next request.")).to_be_visible()
    expect(page.get_by_label("Flights")).to_be_checked()
    page.get_by_label("the whole gallery").check()
    follow(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Applies from the next request.")).to_be_visible()
    expect(page.get_by_label("the whole gallery")).to_be_checked()


def test_reference_shows_endpoints_and_sends_request(open_page):
    page = open_page("/api/v1/docs/")
    expect(page.locator("#operations-account-read_account")).to_be_visible()
    expect(page.locator(".opblock").nth(20)).to_be_attached()
    page.locator("#operations-account-read_account .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    expect(page.locator(".live-responses-table")).to_contain_text("anna")
