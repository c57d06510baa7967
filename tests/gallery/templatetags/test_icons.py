"""The icons of the pages: each one exists, and each one is used."""

import re

from django.conf import settings
from django.template import Context, Template


def icons_in_use() -> set[str]:
    """Return the names that templates give to `{% icon %}`."""
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    return {name for page in pages for name in re.findall(r'\{% icon "([^"]+)" %\}', page.read_text())}


def icons_drawn() -> set[str]:
    """Return the ids of the symbols in static/icons.svg."""
    return set(re.findall(r'<symbol id="([^"]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text()))


def test_every_icon_in_use_is_drawn_and_the_other_way_round():
    assert icons_in_use() == icons_drawn()


def test_icon_is_hidden_from_screen_readers():
    page = Template('{% load icons %}{% icon "trash" %}').render(Context())
    assert page == '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#trash"/></svg>'
