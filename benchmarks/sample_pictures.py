"""Tries to show every file of a folder, such as the samples of a decoder's source package.

    python -m benchmarks.sample_pictures FOLDER

Prints the refused files with their sentences, those first that Pillow itself shows, and the number of files by answer.
"""

import argparse
import os
import sys
import warnings
from collections import Counter
from pathlib import Path
from time import perf_counter

import django
from PIL import Image

# Seconds after which a file counts as slow.
SLOW = 5


def main() -> None:
    """Print the files of a folder that are not shown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
    django.setup()
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    lines = []
    for path in sorted(arguments.folder.rglob("*")):
        if path.is_file():
            started = perf_counter()
            answer, sentence = _answer(path)
            is_slow = perf_counter() - started > SLOW
            counts[answer + (", slowly" if is_slow else "")] += 1
            if answer not in ("shown", "shown by none") or is_slow:
                lines.append(f"{answer:24} {path.relative_to(arguments.folder)}: {sentence}")
    print("\n".join(sorted(lines)))
    for answer, count in counts.most_common():
        print(f"{count:6} {answer}")
    sys.exit(counts["shown by Pillow alone"] > 0)


def _answer(path: Path) -> tuple[str, str]:
    from gallery.pictures.images import InvalidImage, fault_of, open_image, read_header

    try:
        header = read_header(path)
        image = open_image(path, max_side=1600)
    except InvalidImage as error:
        return ("shown by Pillow alone" if _is_shown_by_pillow(path) else "shown by none"), str(error)
    if (header.width > header.height) != (image.width > image.height) and image.width != image.height:
        return "turned", f"{header.width} × {header.height} becomes {image.width} × {image.height}"
    return ("shown with a note", fault_of(image)) if fault_of(image) else ("shown", "")


def _is_shown_by_pillow(path: Path) -> bool:
    Image.MAX_IMAGE_PIXELS = 200_000_000
    try:
        with Image.open(path) as image:
            image.load()
    except Exception:  # noqa: BLE001 - of any kind: this file is not shown
        return False
    return True


if __name__ == "__main__":
    main()
