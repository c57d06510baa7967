"""Latency of a search over 200,000 photos, by kind of query: `python -m benchmarks.whole_search`.

With `--before REVISION`, the same queries are also measured in a checkout of that revision of this repository, over a
copy of the library: `python -m benchmarks.whole_search --before 4c0f687`.

Needs PostgreSQL and Elasticsearch: those that DATABASE_URL and ELASTICSEARCH_URL name, or those of a running
`make run`. No encoder takes part: query vectors are made up. The first round of queries is not counted. The libraries
are kept, so that `--prepare` can make them while other programs run.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psycopg
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypinyin import lazy_pinyin

from benchmarks.library import NAME, Library, open_library, query_vectors, text_of
from gallery.models import Photo
from search.encoders.description import Calibration, EncoderInfo, QueryVector
from search.keywords import index
from search.ranking import ranker
from search.vectors import encoder_choice
from search.vectors.index import build_vector_index
from search.views import search as search_view

ROOT = Path(__file__).resolve().parent.parent
ENCODER = EncoderInfo(
    name="synthetic",
    title="Synthetic",
    model="synthetic@000000000000.1",
    dimensions=512,
    scripts=frozenset({"latin", "han", "kana", "hangul", "cyrillic", "arabic", "thai"}),
    text_calibration=Calibration(slope=20, midpoint=0.2),
    image_calibration=Calibration(slope=30, midpoint=0.88),
    floor=0.1,
    state="ready",
    reason="",
    same_picture_distance=0.005,
)
EXAMPLES = 5
# The rest of the search is "fuse", with the authorisation by the database; the rest of the request is "render".
PARTS = {
    "vector": (ranker, "vector_search"),
    "keyword": (ranker, "keyword_search"),
    "search": (search_view, "search_by_text"),
}
Milliseconds = dict[str, list[float]]


def main() -> None:
    """Build what is missing, search, and print a table for each owner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=4, help="requests of each query (default: 4)")
    parser.add_argument("--before", metavar="REVISION", help="also measure this revision of the repository")
    parser.add_argument("--prepare", action="store_true", help="only make the libraries")
    parser.add_argument("--name", default=NAME, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    before = _measure_revision(arguments) if arguments.before else None
    if before is not None:
        _copy_database(f"{NAME}_before", NAME)
    figures = _figures(arguments)
    if arguments.json:
        print(json.dumps(figures))
    elif not arguments.prepare:
        _print_tables(figures, before)


def _figures(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the sizes of the library and the milliseconds of each kind of query, in this checkout."""
    settings.ELASTICSEARCH_INDEX = arguments.name
    figures: dict[str, Any] = {"photos": arguments.photos}
    started = time.perf_counter()
    library = open_library(
        photos=arguments.photos, model=ENCODER.model, dimensions=ENCODER.dimensions, name=arguments.name
    )
    build_vector_index(ENCODER.model, ENCODER.dimensions)
    figures["seconds to make or migrate the database"] = round(time.perf_counter() - started)
    index.ensure_index()
    if index.count() != arguments.photos:
        started = time.perf_counter()
        index.rebuild_index()
        figures["seconds to index"] = round(time.perf_counter() - started)
    figures |= _sizes(arguments.name)
    if not arguments.prepare:
        # Not in the site's own folder: these files may belong to another user, and to another revision.
        with tempfile.TemporaryDirectory() as folder:
            settings.STATIC_ROOT = folder
            call_command("collectstatic", interactive=False, verbosity=0)
            # A process of the site settles its memory when it starts.
            import_module("photosearch.wsgi")
            for owner in ("half", "hundredth"):
                figures[owner] = _measure(library, owner, arguments.rounds)
    return figures


def _sizes(alias: str) -> dict[str, int]:
    """Return the megabytes of the keyword index, once merged, and of the tables with their indexes."""
    with index.connected() as client:
        client.options(request_timeout=3600).indices.forcemerge(index=alias, max_num_segments=1)
        stats = client.indices.stats(index=alias, metric="store")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(ARRAY['gallery_photo', 'search_phototext'])"
            " AS name"
        )
        tables = int(cursor.fetchone()[0])
    return {
        "MB of the keyword index": stats["_all"]["primaries"]["store"]["size_in_bytes"] >> 20,
        "MB of photos and texts": tables >> 20,
    }


def _measure(library: Library, owner: str, rounds: int) -> dict[str, Milliseconds]:
    """Return the milliseconds of each kind of query and of each part, in the order of searches."""
    user = library.owner(owner)
    client = Client(headers={"Host": settings.ALLOWED_HOSTS[0]})
    client.force_login(user)
    queries = list(_queries(user))
    seconds: dict[str, float] = defaultdict(float)
    by_kind: Milliseconds = defaultdict(list)
    by_part: Milliseconds = defaultdict(list)
    with _without_encoder(library), ExitStack() as stack:
        for part, (module, name) in PARTS.items():
            stack.enter_context(patch.object(module, name, _timed(getattr(module, name), part, seconds)))
        for number in range(rounds + 1):
            for kind, query in queries:
                seconds.clear()
                started = time.perf_counter()
                response = client.get(reverse("search:search"), query)
                whole = time.perf_counter() - started
                if response.status_code != 200:
                    raise SystemExit(f"{query}: status {response.status_code}")
                if number:
                    by_kind[kind].append(whole * 1000)
                    _record(by_part, {part: seconds[part] for part in PARTS}, whole)
    return {"kinds": by_kind, "parts": by_part}


def _queries(user: User) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield queries of every kind, made from texts of the user's photos."""
    ids = Photo.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True)[:2000]
    texts = [text for text in map(text_of, ids) if text]
    generator = np.random.default_rng(11)
    for _number in range(EXAMPLES):
        english = _pick(generator, texts, r"[A-Za-z]{6,12}")
        chinese = _pick(generator, texts, r"[\u4e00-\u9fff]{4,8}")
        code = _pick(generator, texts, r"[A-H][K-S]-\d{5}")
        other = _pick(generator, texts, r"[A-Za-z]{4,5}")
        yield "word", {"q": english}
        yield "two words", {"q": f"{english} {other}"}
        yield "misspelt", {"q": english[:3] + english[4:]}
        yield "misspelt twice", {"q": f"{english[:3]}{english[4:]} {other[:2]}x{other[3:]}"}
        yield "absent", {"q": english[::-1] + "zq"}
        yield "short", {"q": other[:2]}
        yield "Chinese", {"q": chinese[:4]}
        yield "Chinese, two", {"q": chinese[:2]}
        yield "Chinese, one", {"q": chinese[0]}
        yield "Chinese, one off", {"q": f"{chinese[:2]}龘{chinese[3:]}"}
        yield "pinyin", {"q": "".join(lazy_pinyin(chinese[:3]))}
        yield "initials", {"q": "".join(syllable[0] for syllable in lazy_pinyin(chinese[:4]))}
        yield "code", {"q": code}
        yield "code, no hyphen", {"q": code.replace("-", "")}
        yield "quoted", {"q": f'"{english}"'}
        yield "excluded", {"q": f"{english} -{other}"}
        yield "by date", {"q": english, "order": "newest"}
        yield "filter", {"q": f"{other} ext:jpg"}
        yield "name", {"q": "IMG_2016"}
        yield "date", {"q": f"{generator.integers(2016, 2022)}-{generator.integers(1, 13):02}-15"}


def _pick(generator: np.random.Generator, texts: list[str], pattern: str) -> str:
    while True:
        found = re.findall(pattern, texts[generator.integers(len(texts))])
        if found:
            return str(found[generator.integers(len(found))])


@contextmanager
def _without_encoder(library: Library) -> Iterator[None]:
    """Let searches use made-up query vectors of the library's model."""
    vectors = query_vectors(library, count=100, like="texts")

    def encode(text: str, *, model: str) -> QueryVector:  # noqa: ARG001 - as the client's
        return QueryVector(vectors[zlib.crc32(text.encode()) % len(vectors)])

    with (
        patch.object(ranker, "describe_encoders", lambda: [ENCODER]),
        patch.object(encoder_choice, "describe_encoders", lambda: [ENCODER]),
        patch.object(ranker, "encode_text", encode),
    ):
        yield


def _record(table: Milliseconds, parts: dict[str, float], whole: float) -> None:
    search = parts.pop("search")
    parts |= {"fuse": search - sum(parts.values()), "render": whole - search}
    for part, value in parts.items():
        table[part].append(value * 1000)


def _timed(function: Callable[..., Any], part: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            seconds[part] += time.perf_counter() - started

    return timed


def _measure_revision(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of another revision, with this benchmark and a library of its own."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        _git("worktree", "add", "--detach", str(checkout), arguments.before)
        try:
            shutil.rmtree(checkout / "benchmarks")
            shutil.copytree(ROOT / "benchmarks", checkout / "benchmarks")
            options = [
                f"--photos={arguments.photos}",
                f"--rounds={arguments.rounds}",
                f"--name={NAME}_before",
                "--json",
            ]
            options += ["--prepare"] if arguments.prepare else []
            print(f"measuring {arguments.before} …", flush=True)
            answer = subprocess.run(
                [sys.executable, "-m", "benchmarks.whole_search", *options],
                cwd=checkout,
                env=os.environ | {"DJANGO_SETTINGS_MODULE": "photosearch.settings"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            _git("worktree", "remove", "--force", str(checkout))
    figures: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return figures


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _copy_database(source: str, target: str) -> None:
    """Copy a database, unless there is one called `target`; migrations then show how long they take."""
    connection.ensure_connection()
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    connection.close()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as own:
        if not own.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target]).fetchone():
            own.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _print_tables(figures: dict[str, Any], before: dict[str, Any] | None) -> None:
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name}: {value:,}" + (f" (before: {before[name]:,})" if before and name in before else ""))
    for owner in ("half", "hundredth"):
        print(f"\nowner of a {owner} of {figures['photos']:,} photos, milliseconds")
        print(f"{'':20}{'p50':>8}{'p95':>8}{'most':>8}" + (f"{'before:':>12}{'p50':>8}{'p95':>8}" if before else ""))
        for group in ("kinds", "parts"):
            for title, values in figures[owner][group].items():
                _print_row(title, values, before[owner][group].get(title) if before else None)
        whole = [value for values in figures[owner]["kinds"].values() for value in values]
        earlier = [value for values in before[owner]["kinds"].values() for value in values] if before else None
        _print_row("all searches", whole, earlier)


def _print_row(title: str, values: list[float], before: list[float] | None) -> None:
    row = f"{title:20}{_cut(values, 50):8.1f}{_cut(values, 95):8.1f}{max(values):8.1f}"
    print(row + (f"{'':12}{_cut(before, 50):8.1f}{_cut(before, 95):8.1f}" if before else ""))


def _cut(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
