"""The labelled set: pictures with their true words, and queries with the pictures that they should find."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count, islice
from random import Random
from typing import Literal

DATA = files("search.evaluation") / "data"
NOTHING = "-"
COLUMN_BREAK = "===="
CELL_BREAK = " | "
WORDS_PER_FILLER = 12

Typed = Literal["correctly", "loosely", "meaning"]
"""The ways of typing a query."""


@dataclass(frozen=True)
class LabelledPicture:
    """A picture and its true words; `text` has a line of the picture in each line.

    `form` says how it is drawn. `source` is the file of a photograph in an installed package.
    """

    name: str
    filename: str
    form: str
    language: str = ""
    text: str = ""
    description: str = ""
    source: str = ""


@dataclass(frozen=True)
class LabelledQuery:
    """A query as people type it, and names of pictures.

    It should find all of `right` and nothing else; those of `behind` may follow, and those of `absent` must not be
    found. `typed` says whether its words are those of the pictures ("correctly"), words with mistakes or in another
    script ("loosely"), or what a photograph shows ("meaning").
    """

    text: str
    language: str
    kind: str
    typed: Typed | Literal[""]
    right: frozenset[str]
    behind: frozenset[str]
    absent: frozenset[str]


@cache
def labelled_pictures() -> tuple[LabelledPicture, ...]:
    """Return all pictures. Their file names say nothing about them, unless the names are what is searched."""
    rows = tomllib.loads((DATA / "pictures.toml").read_text())
    return tuple(
        LabelledPicture(**{"name": name, "filename": f"DSC0{number:04}.png", **fields})
        for number, (name, fields) in enumerate(rows.items(), start=1)
    )


@cache
def labelled_queries() -> tuple[LabelledQuery, ...]:
    """Return all queries, in the order of the file."""
    lines = (DATA / "queries.tsv").read_text().splitlines()
    rows = csv.DictReader(
        (line for line in lines if not line.startswith("# ")), delimiter="\t", quoting=csv.QUOTE_NONE, restval=""
    )
    return tuple(
        LabelledQuery(
            row["query"],
            row["language"],
            row["kind"],
            row["typed"],  # type: ignore[arg-type]
            *(frozenset(name for name in row[column].split() if name != NOTHING) for column in _SETS),
        )
        for row in rows
    )


_SETS = ("right", "behind", "absent")


def filler_texts(number: int) -> list[str]:
    """Return texts of other pictures: words of one language that no query asks for; the same at each call."""
    return list(islice(_fillers(), number))


def _fillers() -> Iterator[str]:
    languages = [
        line.split(": ", 1)[1].split()
        for line in (DATA / "filler.txt").read_text().splitlines()
        if not line.startswith("# ")
    ]
    for seed in count():
        generator = Random(seed)  # noqa: S311 - no secret
        words = generator.choices(languages[seed % len(languages)], k=WORDS_PER_FILLER)
        breaks = [" ", " ", "\n"]
        yield "".join(word + generator.choice(breaks) for word in words).strip()
