"""Precision and recall of near-duplicates in the labelled pictures, by pixels and by the method before it.

Each picture gets thumbnails and a fingerprint, and all are compared as the photos of one user. The method before:
vectors of an encoder nearer than its `same_picture_distance`, the true words alike, and no camera dates further apart
than a burst.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from io import BytesIO
from itertools import combinations

import numpy as np
from PIL import Image

from benchmarks.picture_pairs import LabelledFile
from gallery.pictures.images import make_thumbnail, open_image
from search.near_duplicates.candidates import CandidateSearch
from search.near_duplicates.comparing import MAX_PAIRS_PER_PHOTO
from search.near_duplicates.fingerprints import FINGERPRINT_BYTES, make_fingerprint, make_inner_fingerprint
from search.near_duplicates.likeness import BURST_SECONDS, MIN_WORD_SIMILARITY
from search.near_duplicates.pixels import copy_distance

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Quality:
    """Numbers of pairs: found and wanted in all, and by kind of picture and of copy."""

    found: int
    right: int
    wanted: int
    by_kind: dict[str, tuple[int, int]]
    by_change: dict[str, tuple[int, int]]
    wrong: list[tuple[int, int]]

    @property
    def precision(self) -> float:
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.wanted, 1)


class Compared:
    """A picture of the set as the comparison sees it: thumbnails and fingerprints."""

    def __init__(self, file: LabelledFile) -> None:
        image = open_image(BytesIO(file.data), max_side=1600)
        self._small, self._large = make_thumbnail(image, 320), make_thumbnail(image, 1600)
        self.fingerprints = [bits for bits in (make_fingerprint(image), make_inner_fingerprint(image)) if bits]

    @cached_property
    def small(self) -> Image.Image:
        return Image.open(BytesIO(self._small)).convert("L")

    @property
    def large(self) -> Image.Image:
        return _grey(self._large)


@lru_cache(16)
def _grey(file: bytes) -> Image.Image:
    return Image.open(BytesIO(file)).convert("L")


def pairs_by_pixels(pictures: Sequence[Compared]) -> tuple[Pairs, int]:
    """Return the pairs of copies, and the number of candidates."""
    stored = [
        (number, bits)
        for number, picture in enumerate(pictures)
        if picture.fingerprints
        for bits in picture.fingerprints
    ]
    ids = np.array([number for number, _bits in stored])
    fingerprints = np.frombuffer(b"".join(bits for _number, bits in stored), dtype=np.uint8)
    search = CandidateSearch(ids, fingerprints.reshape(-1, FINGERPRINT_BYTES), most=MAX_PAIRS_PER_PHOTO)
    search.compare(ids, fingerprints.reshape(-1, FINGERPRINT_BYTES), positions=ids)
    candidates = {
        (min(number, other), max(number, other)) for number, others in search.nearest() for other in others.tolist()
    }
    return {pair for pair in sorted(candidates) if _is_copy(pictures, pair)}, len(candidates)


def pairs_by_vectors(files: Sequence[LabelledFile], vectors: np.ndarray, *, limit: float) -> Pairs:
    """Return the pairs of the method before; `vectors` are unit vectors, in the order of the files."""
    near = np.argwhere(np.triu(1 - vectors @ vectors.T < limit, 1))
    return {(one, other) for one, other in near.tolist() if _may_be_alike(files[one], files[other])}


def measure(files: Sequence[LabelledFile], found: Pairs) -> Quality:
    """Compare the pairs with the labels; pairs of one burst count neither for nor against."""
    kinds: dict[str, Counter[str]] = {"found": Counter(), "wanted": Counter()}
    changes: dict[str, Counter[str]] = {"found": Counter(), "wanted": Counter()}
    for pair in _wanted(files):
        one, other = (files[number] for number in pair)
        names = ["wanted", "found"] if pair in found else ["wanted"]
        for name in names:
            kinds[name][one.kind] += 1
            changes[name].update({one.change, other.change} - {""})
    counted = {pair for pair in found if not _is_burst(files, pair)}
    wrong = sorted(pair for pair in counted if files[pair[0]].group != files[pair[1]].group)
    return Quality(
        found=len(counted),
        right=len(counted) - len(wrong),
        wanted=sum(kinds["wanted"].values()),
        by_kind={name: (kinds["found"][name], count) for name, count in kinds["wanted"].items()},
        by_change={name: (changes["found"][name], count) for name, count in changes["wanted"].items()},
        wrong=wrong,
    )


def report(title: str, quality: Quality, files: Sequence[LabelledFile]) -> None:
    """Print the figures, and the wrong pairs."""
    print(
        f"{title}: precision {quality.precision:.1%}, recall {quality.recall:.1%} "
        f"({quality.found:,} pairs found, {quality.right:,} of {quality.wanted:,} right)"
    )
    for rows in (quality.by_kind, quality.by_change):
        print("   " + ", ".join(f"{name} {found / count:.0%}" for name, (found, count) in sorted(rows.items())))
    kinds = Counter(f"{files[one].kind} / {files[other].kind}" for one, other in quality.wrong)
    if kinds:
        print("   wrong: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))


def compared(files: Sequence[LabelledFile]) -> list[Compared]:
    """Make thumbnails and fingerprints of the files, and print how long it took."""
    started = time.perf_counter()
    pictures = [Compared(file) for file in files]
    print(f"{len(files):,} pictures: thumbnails and fingerprints in {time.perf_counter() - started:.1f} s")
    return pictures


def _is_copy(pictures: Sequence[Compared], pair: tuple[int, int]) -> bool:
    return copy_distance(pictures[pair[0]], pictures[pair[1]]) is not None


def _wanted(files: Sequence[LabelledFile]) -> Iterator[tuple[int, int]]:
    groups: dict[int, list[int]] = {}
    for number, file in enumerate(files):
        groups.setdefault(file.group, []).append(number)
    for members in groups.values():
        yield from combinations(members, 2)


def _is_burst(files: Sequence[LabelledFile], pair: tuple[int, int]) -> bool:
    one, other = (files[number] for number in pair)
    return bool(one.burst) and one.burst == other.burst and one.group != other.group


def _may_be_alike(one: LabelledFile, other: LabelledFile) -> bool:
    if one.taken_at and other.taken_at and abs((one.taken_at - other.taken_at).total_seconds()) > BURST_SECONDS:
        return False
    return one.words == other.words or SequenceMatcher(None, one.words, other.words).ratio() > MIN_WORD_SIMILARITY
