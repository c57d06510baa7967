"""The rules of wording, and the passages of a file that break them: `python -m tests.wording PATH…`."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# Migrations and data of the previous release keep their names; two files quote the words.
UNCHECKED = re.compile(r"/migrations/|^tests/data/|^tests/(test_)?wording\.py$")

OPENINGS = re.compile(
    r"(What|Who|Whoever|Whom|Whose|Whatever|Whichever|Whether|How(?! to)|Such|Nobody|Somebody|Everybody|Anybody"
    r"|So (many|much|long|few|far|often)|That which|Those (who|that|which)|All that|One for all|Nothing but|None of"
    r"|Of (a|an|one|the) \w+[:;,])\b"
)
# A question may begin with What, Who or How.
QUESTION = re.compile(r"[^.;:]*\?")
WORDS = re.compile(
    r"\b(whoever|whomever|somebody|nobody|everybody|anybody|(?<!there )(is|are|be) none"
    r"|(is|are|be|was|were|been|being) told(?! apart)|lies (in|at|on|below|under|beside|there|within|outside|inside)"
    r"|though it be|be it|(?<!of )which one|very same|all the same|one's own|ought to"
    r"|the very (words?|same|bytes?|file|functions?)|this very|like to one another|in the way of)\b",
    re.IGNORECASE,
)
# Words that the glossary replaced, in names of code as well as in sentences. The changelog may name them.
RETIRED = {
    "near-duplicate": re.compile(r"look[-_ ]?alikes?(?![a-z])", re.IGNORECASE),
    "trash": re.compile(
        r"\bbinned\b|_binned\b|\bbinned_|\bbin_photos|\bin_bin\b|\bBin[A-Z]|/api/v1/bin\b|[\"'`]/bin/?[\"'`?]|[\"'`]bin/[\"'`?]|(:|name=\"|id=\")bin[\"']"
        r"|[\"'`/]bin/(restore|delete|empty)|\b(the|a|into|their|its|your|her|his|this|'s|of) bin\b"
    ),
    "API token": re.compile(r"\bAPI[- ]keys?\b|\bKeys for programs\b|\bKeyAuthentication\b|\bApiKey\b", re.IGNORECASE),
    "selected, selection": re.compile(
        r"\bchosen photos?\b|\b\d+ chosen\b|%\(\w+\)s chosen|\bchoose none\b", re.IGNORECASE
    ),
    "less relevant": re.compile(r"\bless[- _]likely\b", re.IGNORECASE),
    "dependency": re.compile(r"\bneighbours? that (is|are) down|\bNeighbourDown\b"),
}
CHECKED = (
    *("photosearch", "gallery", "search", "templates", "static", "locale", "tests", "benchmarks", "examples", "docs"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".env.example", "compose.yaml"),
)
MIN_DOCSTRING_WORDS = 5
MAX_DOCS_LINE = 100


class Passage(NamedTuple):
    """A docstring, comment, message or line, where it begins."""

    line: int
    kind: str  # docstring, comment, message, test name or line
    text: str


class Offence(NamedTuple):
    """A passage that breaks a rule."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {' '.join(self.text.split())[:140]}"


def find_offences(path: Path) -> list[Offence]:
    """Return what breaks the rules in a file of the project, in order of lines."""
    name = path.resolve().relative_to(ROOT).as_posix()
    if UNCHECKED.search(name):
        return []
    source = path.read_text()
    found = [(passage, rule) for passage in _sentences(path, source) for rule in _broken_rules(passage)]
    for number, line in enumerate(source.splitlines(), start=1):
        if path.suffix == ".po" and line.startswith("#"):  # places that use the message
            continue
        for word, pattern in RETIRED.items():
            if name != "CHANGELOG.md" and (match := pattern.search(line)):
                found.append((Passage(number, "line", line), f"the glossary says {word!r}, not {match.group()!r}"))
        if path.suffix == ".md" and len(line) > MAX_DOCS_LINE:
            found.append((Passage(number, "line", line), f"{len(line)} characters"))
    return sorted({Offence(name, passage.line, rule, passage.text) for passage, rule in found}, key=lambda o: o.line)


def short_docstrings(path: Path) -> list[Passage]:
    """Return the docstrings of classes and functions that have too few words to add anything to the name."""
    if path.suffix != ".py" or path.relative_to(ROOT).parts[0] == "tests":
        return []
    return [
        passage
        for passage in _docstrings(ast.parse(path.read_text()))
        if passage.line > 1 and len(passage.text.split()) < MIN_DOCSTRING_WORDS
    ]


def project_files(*names: str) -> list[Path]:
    """Return the files to check among the named files and below the named folders, by default of the project."""
    found: list[Path] = []
    for name in names or CHECKED:
        path = ROOT / name
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.suffix in READERS and path.is_file()]


def _broken_rules(passage: Passage) -> Iterator[str]:
    text = passage.text.strip()
    if passage.kind == "translation":
        if "你" in text:
            yield "translation addresses people with 你, not 您"
        return
    if passage.kind != "line" and (match := OPENINGS.match(text)) and not QUESTION.match(text):
        yield f"{passage.kind} begins with {match.group()!r}"
    for match in WORDS.finditer(text):
        yield f"{passage.kind} has {match.group().lower()!r}"


def _sentences(path: Path, source: str) -> Iterator[Passage]:
    reader = READERS.get(path.suffix)
    if reader:
        yield from reader(source)


def _python(source: str) -> Iterator[Passage]:
    tree = ast.parse(source)
    yield from _docstrings(tree)
    yield from _python_comments(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in GETTEXT:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield Passage(argument.lineno, "message", argument.value)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield Passage(node.lineno, "test name", node.name.removeprefix("test_").replace("_", " "))


GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _docstrings(tree: ast.Module) -> Iterator[Passage]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield Passage(node.body[0].lineno, "docstring", text)


def _python_comments(source: str) -> Iterator[Passage]:
    """Comments on lines of their own are joined while they follow each other."""
    block: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        stands_alone = not token.line[: token.start[1]].strip()
        follows = block and stands_alone and token.start[0] == block[-1].start[0] + 1
        if block and not (follows and not block[0].line[: block[0].start[1]].strip()):
            yield _joined(block)
            block = []
        block.append(token)
    if block:
        yield _joined(block)


def _joined(block: list[tokenize.TokenInfo]) -> Passage:
    return Passage(block[0].start[0], "comment", " ".join(token.string.lstrip("#: -") for token in block))


def _script(source: str) -> Iterator[Passage]:
    yield from _matches(r"/\*(.*?)\*/", source, "comment")
    yield from _matches(r"(?<![:\"'])//((?:[^\n]*\n?[ \t]*//)*[^\n]*)", source, "comment")
    yield from _matches(r'gettext\(\s*"([^"]*)"', source, "message")


def _style_sheet(source: str) -> Iterator[Passage]:
    yield from _matches(r"/\*(.*?)\*/", source, "comment")


def _template(source: str) -> Iterator[Passage]:
    yield from _matches(r"\{#(.*?)#\}", source, "comment")
    yield from _matches(r"\{% comment %\}(.*?)\{% endcomment %\}", source, "comment")
    calls = r"""gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")[,)]"""
    for match in re.finditer(calls, templatized := templatize(source)):
        yield Passage(templatized.count("\n", 0, match.start()) + 1, "message", ast.literal_eval(match.group(1)))


def _catalogue(source: str) -> Iterator[Passage]:
    for entry in polib.pofile(source):
        if not entry.obsolete:
            yield Passage(entry.linenum, "message", entry.msgid)
            yield from (Passage(entry.linenum, "translation", text) for text in translations_of(entry))


def translations_of(entry: polib.POEntry) -> list[str]:
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def _document(source: str) -> Iterator[Passage]:
    text = re.sub(
        r"^```.*?^```", lambda block: "\n" * block.group().count("\n"), source, flags=re.DOTALL | re.MULTILINE
    )
    for number, line in enumerate(text.splitlines(), start=1):
        yield Passage(number, "line", line)


def _matches(pattern: str, source: str, kind: str) -> Iterator[Passage]:
    for match in re.finditer(pattern, source, re.DOTALL):
        text = re.sub(r"\n\s*(//|\*)?\s*", " ", match.group(1)).strip()
        yield Passage(source.count("\n", 0, match.start()) + 1, kind, text)


READERS = {
    ".py": _python,
    ".js": _script,
    ".css": _style_sheet,
    ".html": _template,
    ".po": _catalogue,
    ".md": _document,
    ".example": _document,
    ".yaml": _document,
}


def main() -> None:
    """Print the offences in the files and folders named, and the short docstrings of packages."""
    counted = 0
    for path in project_files(*sys.argv[1:]):
        short = [
            Offence(str(path.relative_to(ROOT)), p.line, "docstring too short", p.text) for p in short_docstrings(path)
        ]
        for offence in find_offences(path) + short:
            sys.stdout.write(f"{offence}\n")
            counted += 1
    sys.stdout.write(f"{counted} offences\n")


if __name__ == "__main__":
    main()
