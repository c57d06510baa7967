"""The end of a query that is being typed: the word or the filter value that suggestions complete."""

import re
from dataclasses import dataclass
from typing import Self

from search.query.filters import FILTERS_BY_KEY, Filter
from search.query.values import Facts

FILTER = re.compile(
    rf"(?P<key>{'|'.join(map(re.escape, FILTERS_BY_KEY))})\s?[:：]\s*"
    r'(?:["“](?P<quoted>[^"”]*)|(?P<bare>[^\s"“]*))$',
    re.IGNORECASE,
)
# The signs before a word are kept: quotation marks, brackets, a minus.
WORD = re.compile(r"[\"'“”‘’「」『』《》【】()（）#-]*(?P<word>\S*)$")
LAST_WORD_STARTS = re.compile(r"(?:^|(?<=\s))\S*$")


@dataclass(frozen=True)
class TypedEnd:
    """The last word of a query, or the value of its last filter; `kept` is all that stands before.

    `filter` is the filter whose value is typed, and `key` its name as typed.
    """

    kept: str
    word: str
    key: str = ""
    filter: Filter | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Split a query that is being typed."""
        for match in FILTER.finditer(text):
            key = match["key"].lower()
            before = text[: match.start()]
            # Facts may be excluded; the minus sign stays before the filter.
            before = before.removesuffix("-") if isinstance(FILTERS_BY_KEY[key].value, Facts) else before
            if not before or before[-1].isspace():
                value = match["bare"] if match["quoted"] is None else match["quoted"]
                return cls(text[: match.start()], value, key, FILTERS_BY_KEY[key])
        last = LAST_WORD_STARTS.search(text)
        word = WORD.match(text, last.start() if last else 0)
        begin = word.start("word") if word else len(text)
        return cls(text[:begin], text[begin:])

    def completed_by(self, ending: str) -> str:
        """Return the whole query with `ending` in place of the word or the filter."""
        return self.kept + ending
