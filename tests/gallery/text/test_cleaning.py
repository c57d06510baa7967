"""Text without invisible characters, and file names that every system accepts."""

import io
import zipfile

import pytest

from gallery.access.tokens import issue_token
from gallery.models import Photo
from gallery.photos.download import stream_zip
from gallery.photos.editing import edit_photo
from gallery.text.cleaning import clean_line, portable_filename, remove_invisible
from search.saved import save_search

# Marks, embeddings, isolates, zero-width characters, soft hyphen, tags, fillers, annotations.
UNSEEN = [
    *map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x2060, 0x2065)]),
    *("\u200b", "\u200e", "\u200f", "\u061c", "\ufeff", "\u00ad", "\u034f", "\u115f", "\u3164", "\uffa0"),
    *("\ufff9", "\U000e0041", "\U000e007f", "\u180e", "\u206a", "\U0001d173"),
]
LEGITIMATE = [
    "می\u200cخواهم.png",
    "क्\u200dष.png",
    "ශ්\u200dරී.png",
    "👩\u200d👩\u200d👧.png",
    "🏳\ufe0f\u200d🌈.png",
    "❤\ufe0f.png",
    "👩🏽\u200d🚀.png",
    "茶馆 café naïve.png",
    "葛\U000e0100.png",
    "\u0600١٢.png",
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda letter: f"U+{ord(letter):04X}")
def test_drops_each_invisible_character(unseen):
    assert remove_invisible(f"gpj{unseen}.exe 茶") == "gpj.exe 茶"
    assert clean_line(f"{unseen}a{unseen}{unseen}b{unseen}") == "ab"


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d", "\ufe0f", "\U000e0100"])
def test_drops_joiners_and_selectors_without_effect(joiner):
    assert remove_invisible(f"{joiner}a") == "a"
    assert remove_invisible(f"é {joiner}b") == "é b"
    assert remove_invisible(f"é{joiner * 3}").count(joiner) <= 1
    assert remove_invisible("é\u200cb\u200dc\u200d") == "ébc"


@pytest.mark.parametrize("text", LEGITIMATE)
def test_keeps_joiners_that_scripts_and_emoji_need(text):
    assert remove_invisible(text) == clean_line(text) == text


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("a:b|c?.png", "a_b_c_.png"),
        ("CON.png", "_CON.png"),
        ("con .png", "_con.png"),
        ("Lpt9.tar.png", "_Lpt9.tar.png"),
        ("COM¹.png", "_COM¹.png"),
        ("nul", "_nul"),
        ("console.png", "console.png"),
        ("trailing. . ", "trailing"),
        ("dots...png", "dots.png"),
        ("../../etc/passwd.png", ".._.._etc_passwd.png"),
        ("a\x00b\nc\x7f.png", "a_b_c_.png"),
        ("...", "_"),
        ("", "_"),
        ("photo\u202egnp.exe.png", "photognp.exe.png"),
        ("茶.png", "茶.png"),
    ],
)
def test_makes_names_for_windows(name, portable):
    assert portable_filename(name) == portable


@pytest.mark.parametrize("letter", ["a", "茶", "👩"])
def test_shortens_names_to_limit_of_file_systems(letter):
    name = portable_filename(letter * 300 + ".jpeg")
    assert len(name.encode()) <= 255
    assert name.endswith(letter + ".jpeg")


def test_zip_contains_portable_names(store):
    names = ["CON.png", "con.png", "a:b.png", "a|b.png", "\u202egnp.png", "x" * 250 + ".png", "x" * 250 + "y.png"]
    photos = [store(filename=name) for name in names]
    Photo.objects.filter(pk=photos[4].pk).update(filename="\u202egnp.png")  # of an older version
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(Photo.objects.order_by("pk"))))) as archive:
        inside = archive.namelist()
    assert inside[:5] == ["_CON.png", "_con (2).png", "a_b.png", "a_b (2).png", "gnp.png"]
    assert len({name.casefold() for name in inside}) == len(names)
    assert all(len(name.encode()) <= 255 for name in inside)


def test_stores_names_and_descriptions_without_invisible_characters(store, owner):
    photo = store(filename="ann\u202ephoto\u200b.png")
    assert Photo.objects.get().filename == "annphoto.png"
    edit_photo(photo, user=owner, description="line\u2066 one\nline two \u200f", importance=1)
    assert Photo.objects.get().description == "line one\nline two "
    assert issue_token("\u202ephone", user=owner, scopes=[])[0].name == "phone"
    assert issue_token("\u200b", user=owner, scopes=[])[0].name == "?"
    assert save_search("t\u200bea", user=owner, address="q=tea")[0].name == "tea"
