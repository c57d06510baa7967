"""Globs mean the same as in Git, and are matched in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from gallery.sources.globs import Globs

PIECES = st.sampled_from(["a", "b", "*", "?", "[ab]", "[a-c]", "\\*", "\\[", ".", "é", "茶", " "])
NAMES_OF_GLOBS = st.lists(PIECES, min_size=1, max_size=4).map("".join) | st.just("**")
# pathspec lets a folder's name be empty after three stars, and brackets match a slash.
LINES = st.builds(
    lambda start, names, end: start + "/".join(names) + end,
    st.sampled_from(["", "", "/"]),
    st.lists(NAMES_OF_GLOBS, min_size=1, max_size=4),
    st.sampled_from(["", "/", "/**"]),
).filter(lambda line: "***" not in line and "*/**" not in line.replace("**/**", ""))
NAMES = st.text(st.sampled_from("abc*é茶["), min_size=1, max_size=4)
PATHS = st.lists(NAMES, min_size=1, max_size=5)


def first_ignored(parts: list[str], globs: Globs) -> int | None:
    """Return the depth of the topmost ignored folder, or of the file."""
    for depth in range(1, len(parts) + 1):
        if globs.ignore("/".join(parts[:depth]), is_folder=depth < len(parts)):
            return depth
    return None


@given(lines=st.lists(LINES, min_size=1, max_size=3), paths=st.lists(PATHS, min_size=1, max_size=4))
def test_ignores_what_pathspec_ignores(lines: list[str], paths: list[list[str]]) -> None:
    spec, globs = GitIgnoreSpec.from_lines(lines), Globs(lines)
    for parts in paths:
        ways = ["/".join(parts[:depth]) + "/" * (depth < len(parts)) for depth in range(1, len(parts) + 1)]
        expected = next((depth for depth, way in enumerate(ways, start=1) if spec.match_file(way)), None)
        assert first_ignored(parts, globs) == expected


# Expected values are answers of `git check-ignore`.
@pytest.mark.parametrize(
    ("lines", "ignored", "kept"),
    [
        (["*.png", "!keep.png"], ["a.png", "deep/a.png"], ["keep.png", "deep/keep.png", "a.jpg"]),
        (["!keep.png", "*.png"], ["keep.png"], []),
        (["/drafts/"], ["drafts/a.png"], ["drafts", "deep/drafts/a.png"]),
        (["drafts/"], ["drafts/a.png", "deep/drafts/a.png"], ["drafts", "deep/drafts"]),
        (["summer/*.png"], ["summer/a.png"], ["summer/deep/a.png", "deep/summer/a.png"]),
        (["**/raw/**"], ["raw/a", "x/raw/y/a"], ["raw", "x/raw.png"]),
        (["a/**/b"], ["a/b", "a/x/b", "a/x/y/b"], ["b", "x/a/b", "ab"]),
        (["/*", "!/keep/"], ["a.png", "lost/a.png"], ["keep/a.png"]),
        (["img[0-9].png", "x[!a-c]y"], ["img1.png", "xdy"], ["imga.png", "xby", "img10.png"]),
        (["[]]", "[!]]x", "[a\\]x"], ["]", "ax", "\\x"], ["]x"]),
        (["\\!a", "\\#b", "#c", "", "d\\ ", "e "], ["!a", "#b", "d ", "e"], ["a", "#c", "d", "e "]),
        (["a?c", "*[*]"], ["abc", "x*"], ["a/c", "ac", "x"]),
        (["unclosed[", "/"], [], ["unclosed[", "unclosed"]),
        (["a***b**c"], ["abc", "axbxc"], ["ab", "bc", "a/b/c"]),
    ],
)
def test_ignores_what_git_ignores(lines: list[str], ignored: list[str], kept: list[str]) -> None:
    globs = Globs(lines)
    assert [path for path in ignored + kept if first_ignored(path.split("/"), globs)] == ignored


@pytest.mark.parametrize("line", ["!", "a\\", "[z-a]"])
def test_refuses_invalid_globs(line: str) -> None:
    with pytest.raises((ValueError, re.error)):
        Globs([line])
