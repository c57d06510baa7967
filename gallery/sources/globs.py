"""Globs of paths as in a .gitignore, matched in time linear in the path's length.

pathspec and similar libraries turn a whole glob into one regular expression, which backtracks over all positions of all
stars: a name of 200 letters and a glob of nine stars take years. Here each path component is matched alone, and each
star takes the first match; the text between two stars has a fixed width, so no later match can do better.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

CLOSING_BRACKET = re.compile(r"\[[!^]?+\]?+[^\]]*+\]")
# Special inside brackets in Python's regular expressions, now or in future versions.
SPECIAL_IN_BRACKETS = re.compile(r"[\\\[&~|]")

Active = tuple[int, ...]
"""For each glob a bit set of the parts that may match the next name; bit 0 is the first part."""


@dataclass(frozen=True)
class Glob:
    """One line of a .gitignore; None in `parts` stands for `**`: any number of folders."""

    parts: tuple[re.Pattern[str] | None, ...]
    ignores: bool
    only_folders: bool

    def start(self) -> int:
        """Return the state before the first name."""
        return self._skip_any(1)

    def follow(self, active: int, name: str) -> int:
        """Return the state after `name`."""
        following = 0
        for place, part in enumerate(self.parts):
            if not active >> place & 1:
                continue
            if part is None:
                following |= 1 << place
            elif part.fullmatch(name):
                following |= 1 << (place + 1)
        return self._skip_any(following)

    def has_matched(self, active: int) -> bool:
        """Return whether the glob has matched."""
        return bool(active >> len(self.parts) & 1)

    def _skip_any(self, active: int) -> int:
        for place, part in enumerate(self.parts):
            if part is None and active >> place & 1:
                active |= 1 << (place + 1)
        return active


class Globs:
    """The lines of a .gitignore; the last line that matches a path decides. ValueError if one is not a glob.

    Call `ignore` from the root down; paths inside ignored folders are never queried.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._globs = [glob for glob in map(read_glob, lines) if glob]
        # Components of the last folder and the state after each: the next path continues from the common prefix.
        self._folders: list[str] = []
        self._active: list[Active] = [tuple(glob.start() for glob in self._globs)]

    def ignore(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the file or folder at `path`, with / as separator, is ignored."""
        if not self._globs:
            return False
        *folders, name = path.split("/")
        self._go_to(folders)
        for glob, places in zip(reversed(self._globs), reversed(self._active[-1]), strict=True):
            if (is_folder or not glob.only_folders) and glob.has_matched(glob.follow(places, name)):
                return glob.ignores
        return False

    def _go_to(self, folders: list[str]) -> None:
        pairs = zip(folders, self._folders, strict=False)
        shared = sum(1 for _same in takewhile(lambda names: names[0] == names[1], pairs))
        del self._folders[shared:], self._active[shared + 1 :]
        for folder in folders[shared:]:
            self._folders.append(folder)
            self._active.append(self._follow(self._active[-1], folder))

    def _follow(self, active: Active, name: str) -> Active:
        return tuple(glob.follow(places, name) for glob, places in zip(self._globs, active, strict=True))


def read_glob(line: str) -> Glob | None:
    """Return the glob of a line; None if it is empty, a comment, or lacks a closing bracket. ValueError if invalid."""
    line = line if line.endswith("\\ ") else line.rstrip()
    if not line or line.startswith("#") or line == "/":
        return None
    ignores, line = not line.startswith("!"), line.removeprefix("!")
    names, only_folders = _names(line)
    parts: list[re.Pattern[str] | None] = []
    for name in names:
        part = None if name == "**" else _expression(name)
        if part is None and name != "**":
            return None  # Git ignores such a line too.
        parts.append(part)
    return Glob(tuple(parts), ignores, only_folders)


def _names(line: str) -> tuple[list[str], bool]:
    """Return the parts of a glob from the root down, and whether it matches only folders."""
    names = line.split("/")
    only_folders = not names[-1]
    if not names[0]:
        del names[0]
    elif len(names) == 1 + only_folders:
        names.insert(0, "**")
    if not names:
        raise ValueError("nothing follows the exclamation mark")
    if only_folders:
        names[-1] = "**"
    names = [name for name, before in zip(names, ["", *names], strict=False) if (name, before) != ("**", "**")]
    if len(names) > 1 and names[-1] == "**":
        # Everything in a folder, but not the folder itself.
        return names[:-1], True
    return names, only_folders


def _expression(name: str) -> re.Pattern[str] | None:
    """Return the expression for one name of a glob; None if a closing bracket is missing."""
    runs = _runs(name)
    if runs is None:
        return None
    first, *others = ("".join(run) for run in runs)
    widths = [len(run) for run in runs]
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{run})" for run in others[:-1] if run)
    last = f"(?=.{{{widths[-1]}}}).*+(?<={others[-1]})" if others[-1] else ".*+"
    return re.compile(first + between + last, re.DOTALL)


def _runs(name: str) -> list[list[str]] | None:
    """Return the parts before, between and after the stars: an expression for each character."""
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(name):
        character, at = name[at], at + 1
        if character == "*":
            runs.append([])
        elif character == "?":
            runs[-1].append(".")
        elif character == "[":
            bracket = CLOSING_BRACKET.match(name, at - 1)
            if bracket is None:
                return None
            at = bracket.end()
            runs[-1].append(_bracket(bracket[0][1:-1]))
        else:
            if character == "\\":
                if at == len(name):
                    raise ValueError("nothing follows the backslash")
                character, at = name[at], at + 1
            runs[-1].append(re.escape(character))
    return runs


def _bracket(characters: Sequence[str]) -> str:
    negated = characters[0] in "!^"
    inside = SPECIAL_IN_BRACKETS.sub(r"\\\g<0>", "".join(characters[negated:]))
    return f"[{'^' if negated else ''}{inside}]"
