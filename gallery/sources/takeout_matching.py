"""Give each sidecar of a Takeout folder its picture: by its name, by its title, then to edited copies of the picture.

A sidecar belongs to one picture and its edited copies. The better match decides, whatever the order of the files; of
two pictures that match equally well, neither gets the sidecar.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gallery.sources.skip_rules import VIDEOS, extension_of
from gallery.sources.takeout_names import (
    comparable_name,
    composed_name,
    may_be_converted,
    names_of_title,
    possible_original_titles,
    possible_titles,
    sidecar_fits,
    sidecar_stems,
)

# Grades of a match, the best first.
SAME_NAME, OTHER_CASE, SAME_TITLE, OTHER_ENDING = range(4)
# Edited copies are JPEGs; their originals may be others.
ORIGINAL_ENDINGS = ("heic", "jpg", "jpeg", "png", "dng", "heif", "webp")


@dataclass(frozen=True, slots=True)
class SidecarName:
    """A sidecar's name without `.json`, and the title in it."""

    stem: str
    title: str


@dataclass(frozen=True, slots=True)
class Match:
    """The name without `.json` of a picture's sidecar; `is_of_original` if the picture is an edited copy."""

    stem: str
    is_of_original: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    grade: int
    rank: int
    name: str
    sidecar: SidecarName


def match_sidecars(names: Collection[str], sidecars: Sequence[SidecarName]) -> dict[str, Match]:
    """Return by name the match of each file in `names` that has a sidecar; names and sidecars are of one folder."""
    by_key: dict[str, list[SidecarName]] = defaultdict(list)
    for sidecar in sidecars:
        by_key[comparable_name(sidecar.stem)].append(sidecar)
    matches = _assign([*_by_name(names, by_key), *_by_title(names, sidecars)])
    originals = {comparable_name(name): match.stem for name, match in matches.items()}
    for name in names:
        if name not in matches and (stem := _stem_of_original(name, by_key, originals)):
            matches[name] = Match(stem, is_of_original=True)
    return matches


def _by_name(names: Iterable[str], by_key: dict[str, list[SidecarName]]) -> Iterator[_Candidate]:
    for name in names:
        for rank, (stem, sidecar) in enumerate(_named_sidecars(possible_titles(name), by_key)):
            yield _Candidate(SAME_NAME if sidecar.stem == stem else OTHER_CASE, rank, name, sidecar)


def _named_sidecars(
    titles: Iterable[tuple[str, str]], by_key: dict[str, list[SidecarName]]
) -> Iterator[tuple[str, SidecarName]]:
    """Yield expected name and sidecar for each of `titles` (with their numbers), likeliest first."""
    for base, number in titles:
        for stem in sidecar_stems(base, number):
            for sidecar in sorted(by_key.get(comparable_name(stem), ()), key=lambda found: found.stem != stem):
                if sidecar_fits(sidecar.title, sidecar.stem, base=base):
                    yield stem, sidecar


def _by_title(names: Iterable[str], sidecars: Iterable[SidecarName]) -> Iterator[_Candidate]:
    whole: dict[str, list[str]] = defaultdict(list)
    stems: dict[str, list[str]] = defaultdict(list)
    for name in names:
        whole[comparable_name(name)].append(name)
        stems[comparable_name(name.rpartition(".")[0])].append(name)
    for sidecar in sidecars:
        for stem, ending in names_of_title(sidecar.title, sidecar.stem):
            expected = f"{stem}.{ending}"
            for name in whole.get(comparable_name(expected), ()):
                yield _Candidate(SAME_TITLE, int(name != expected), name, sidecar)
            for name in stems.get(comparable_name(stem), ()):
                if not ending or may_be_converted(ending, extension_of(name)):
                    yield _Candidate(OTHER_ENDING, 0, name, sidecar)


def _assign(candidates: Sequence[_Candidate]) -> dict[str, Match]:
    """Return the best matches; each picture and each sidecar is in one at most."""
    matches: dict[str, Match] = {}
    taken: set[str] = set()
    groups: dict[tuple[bool, int, int], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        # The video of a live photo comes after its picture.
        is_video = extension_of(candidate.name) in VIDEOS
        groups[is_video, candidate.grade, candidate.rank].append(candidate)
    for _key, group in sorted(groups.items()):
        rivals: dict[str, set[str]] = defaultdict(set)
        choices: dict[str, list[SidecarName]] = defaultdict(list)
        for candidate in group:
            if candidate.name not in matches and candidate.sidecar.stem not in taken:
                rivals[candidate.sidecar.stem].add(candidate.name)
                choices[candidate.name].append(candidate.sidecar)
        for name, sidecars in choices.items():
            free = [sidecar for sidecar in sidecars if sidecar.stem not in taken]
            alone = [sidecar for sidecar in free if _wins(name, sidecar, rivals[sidecar.stem])]
            if alone:
                matches[name] = Match(alone[0].stem)
                taken.add(alone[0].stem)
    return matches


def _wins(name: str, sidecar: SidecarName, rivals: set[str]) -> bool:
    """Return whether `name` alone matches the sidecar, or alone has exactly its title."""
    return len(rivals) == 1 or composed_name(sidecar.title) == name


def _stem_of_original(name: str, by_key: dict[str, list[SidecarName]], originals: dict[str, str]) -> str:
    """Return the sidecar of the original of which `name` is an edited copy; "" if there is none."""
    titles = list(possible_original_titles(name))
    for _stem, sidecar in _named_sidecars(titles, by_key):
        return sidecar.stem
    for base, number in titles:
        stem, _dot, ending = base.rpartition(".")
        for original in (ending, *ORIGINAL_ENDINGS):
            if stem_found := originals.get(comparable_name(f"{stem}{number}.{original}")):
                return stem_found
            for _found, sidecar in _named_sidecars([(f"{stem}.{original}", number)], by_key):
                # A name that is cut before its ending may be of another picture.
                if comparable_name(sidecar.stem).startswith(comparable_name(f"{stem}.{original}")):
                    return sidecar.stem
    return ""
