"""Requests every page in 简体中文 and looks for untranslated English."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client

from gallery.account import Account
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.pictures.formats import FORMATS
from search.models import PhotoText
from tests.browser.pages import PAGES
from tests.drawing import picture

TEXT_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-too-large", "data-no-picture"}
TEXTLESS_TAGS = {"script", "style", "code", "kbd", "template"}
# Names and formats are the same in every language; each language is listed by its own name.
NAMES = re.compile(
    r"Model Context Protocol|"
    r"photosearch|API|MCP|before|zip|IMPORT_ROOTS|Google|Takeout|iPhone|iPad|iTunes|WeChat|QQ|DingTalk|tlh|PostgreSQL|Valkey|Elasticsearch|Tesseract|Chrome|Firefox|Linux|English|JPE?G|PNG|GIF|WebP|BMP|TIFF|HEIC|AVIF"
    r"|SVG|UTC|exiftool|perl|tgz|tar|"
    + "|".join(re.escape(name) for row in FORMATS for name in (row.name, row.extension))
    + r"|EXIF|SHA-256|SHA-1|MD5|ConSE|CLIP|PP-OCRv\S*|\b[KMG]?B\b|[\w-]+\.png|anna|nothing-like-it|station"
    r"|\b(default|vision|ocr|import)\b|kind: meme|\w+:\S*|[+-]\w+|\*\S+",
    re.IGNORECASE,
)


class TextCollector(HTMLParser):
    """Collects the visible text of a page and the text of labels and titles."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in TEXT_ATTRIBUTES and value]
        if tag in TEXTLESS_TAGS:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.texts.append(data.strip())


def english(page: str) -> Iterator[str]:
    """Yield the texts of the page that contain English words."""
    reader = TextCollector()
    reader.feed(page)
    for text in reader.texts:
        if re.search(r"[A-Za-z]{3,}", NAMES.sub("", text)):
            yield text


@pytest.fixture
def photo(store, owner) -> Photo:
    """A photo with text and a failed step, whose owner is an administrator with a quota."""
    owner.is_staff = owner.is_superuser = True
    owner.save()
    Account.objects.create(owner=owner, quota=10**9)
    photo = store(picture(7), filename="station.png")
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="站", lines=[{"text": "站"}])
    StepAttempt.objects.create(photo=photo, step=Step.INDEX, version="x", attempts=MAX_ATTEMPTS)
    return photo


def test_chinese_pages_contain_no_english(photo, owner, settings):
    settings.ELASTICSEARCH_URL = ""
    stranger = Client(headers={"Accept-Language": "zh-CN"})
    client = Client(headers={"Accept-Language": "zh-CN", "User-Agent": "Mozilla/5.0 (Linux) Firefox/140.0"})
    client.force_login(owner)
    Client().force_login(owner)  # a second session, to be listed
    found = {}
    paths = ("/status/search", "/tokens", "/assistants")
    pages = [*((page.address(photo), page.is_public) for page in PAGES), *((path, False) for path in paths)]
    for path, is_public in pages:
        response = (stranger if is_public else client).get(path)
        page = response.content.decode()
        assert 'lang="zh-hans"' in page or path == "/status/search"
        if texts := list(english(page)):
            found[path] = texts
        assert "你" not in page, path
    assert found == {}


def test_messages_appear_in_chinese(photo, owner, settings):
    settings.AXES_FAILURE_LIMIT = 1
    stranger = Client(headers={"Accept-Language": "zh-CN"})
    client = Client(headers={"Accept-Language": "zh-CN"})
    client.force_login(owner)
    pages = {
        "too many attempts": stranger.post("/login/", {"username": "anna", "password": "wrong"}),
        "wrong form": client.post("/account/preferences", {"language": "tlh"}),
        "wrong password": client.post("/password/", {"old_password": "y", "new_password1": "a", "new_password2": "a"}),
        "saved": client.post(
            "/account/preferences", {"language": "zh-hans", "theme": "dark", "density": "compact"}, follow=True
        ),
        "logged out elsewhere": client.post("/account/sessions/end", follow=True),
        "no files": client.post("/upload", {}),
    }
    contents = {name: page.content.decode() for name, page in pages.items()}
    assert {name: texts for name, content in contents.items() if (texts := list(english(content)))} == {}
    assert [name for name, content in contents.items() if "你" in content] == []


def test_detects_english_text(photo, owner):
    client = Client()
    client.force_login(owner)
    assert len(list(english(client.get("/account").content.decode()))) > 10
