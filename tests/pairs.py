"""The pairs of `tests/data/pairs.tsv`: texts, and terms that must meet them or must not."""

import re
from dataclasses import dataclass
from pathlib import Path

PAIRS = Path(__file__).parent / "data/pairs.tsv"
ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|([nrt]))")
CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Pair:
    """A text, and a term that it contains or does not contain; a term in quotes means whole words."""

    kind: str
    text: str
    term: str
    meets: bool

    @property
    def is_whole(self) -> bool:
        return len(self.term) > 2 and self.term.startswith('"') and self.term.endswith('"')

    @property
    def bare(self) -> str:
        """The term without the quotes."""
        return self.term[1:-1] if self.is_whole else self.term

    def __str__(self) -> str:
        return f"{self.kind}: {self.term!a} {'in' if self.meets else 'not in'} {self.text!a}"


def read_pairs() -> list[Pair]:
    """Return the pairs of the table, those of the verdict “both” in both directions."""
    pairs = []
    for row in PAIRS.read_text().splitlines():
        if not row.startswith("#"):
            kind, text, term, verdict = map(_unescaped, row.split("\t"))
            pairs.append(Pair(kind, text, term, verdict != "no"))
            if verdict == "both" and not pairs[-1].is_whole:
                pairs.append(Pair(kind, term, text, True))
    return pairs


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda escape: CONTROLS.get(escape[3]) or chr(int(escape[1] or escape[2], 16)), text)
