"""The overview of years in Chromium."""

from datetime import datetime

from playwright.sync_api import expect

from tests.browser.driving import follow
from tests.browser.libraries import make_library


def test_leads_from_timeline_to_a_month_and_back(open_page, media_root, owner):
    make_library(owner, [datetime(2023 - number // 40, 12 - number % 12, 15) for number in range(400)])
    page = open_page()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#photos .tile[data-photo]").last).to_have_attribute("data-day", "2014-01-15")
    years = page.get_by_role("link", name="All years")
    years.focus()
    follow(page, years)
    expect(page.locator("#year-2014")).to_be_in_viewport()
    months = page.get_by_role("list", name="2019 40 photos")
    follow(page, months.get_by_role("link", name="May"))
    expect(page.get_by_role("heading", name="May 2019")).to_be_in_viewport()
    follow(page, page.get_by_role("link", name="All years"))
    page.get_by_role("link", name="Back to the timeline").focus()
    follow(page, page.get_by_role("link", name="2021 40 photos"))
    expect(page.get_by_role("heading", name="December 2021")).to_be_in_viewport()
