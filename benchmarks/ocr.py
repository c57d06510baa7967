"""Speed and accuracy of text recognition on the drawn samples: `python -m benchmarks.ocr [--turned]`.

Wrong characters of each drawn line are counted against the most similar part of the recognised text, without spaces and
line breaks.
"""

import argparse
import resource
import time
import unicodedata

import numpy as np
from PIL import Image

from photosearch.samples.catalogue import SAMPLES, SamplePicture
from search.ocr.reader import engine_version, read_image


def wrong_characters(line: str, text: str) -> int:
    """Return the edit distance between `line` and the most similar part of `text` (Sellers 1980)."""
    row = np.zeros(len(text) + 1, int)
    characters = np.array(list(text), dtype="<U1")
    for number, character in enumerate(line, start=1):
        changed = row[:-1] + (characters != character)
        fresh = np.concatenate([[number], np.minimum(changed, row[1:] + 1)])
        # Insertions: each place is at most one worse than the one before it.
        places = np.arange(len(fresh))
        row = np.minimum.accumulate(fresh - places) + places
    return int(row.min())


def plain(text: str) -> str:
    """Return the text with normal instead of full-width forms, and without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def main() -> None:
    """Read one sample to warm up, then all; print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turned", action="store_true", help="rotate each picture by 90, 180 or 270 degrees")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="print the N worst lines too")
    arguments = parser.parse_args()
    drawn = [(sample.filename, sample.draw()) for sample in SAMPLES if isinstance(sample, SamplePicture)]
    turns = [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
    lines, characters, wrong, seconds, cpu = [], 0, 0, 0.0, 0.0
    read_image(drawn[0][1].image)
    for number, (name, sheet) in enumerate(drawn):
        image = sheet.image.transpose(turns[number % 3]) if arguments.turned else sheet.image
        started, cpu_started = time.perf_counter(), time.process_time()
        found = read_image(image)
        seconds, cpu = seconds + time.perf_counter() - started, cpu + time.process_time() - cpu_started
        text = plain("\n".join(line.text for line in found))
        for line in map(plain, sheet.lines):
            distance = min(wrong_characters(line, text), len(line))
            lines.append((distance, name, line))
            characters, wrong = characters + len(line), wrong + distance
    print(f"{engine_version()}: {len(drawn)} pictures, {characters} characters")
    print(f"{len(drawn) / seconds:.2f} pictures/s, {cpu / len(drawn):.2f} CPU s per picture")
    print(f"{100 * wrong / characters:.2f} % of characters wrong")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for distance, name, line in sorted(lines, reverse=True)[: arguments.worst]:
        print(f"{distance:4d}  {name}: {line}")


if __name__ == "__main__":
    main()
