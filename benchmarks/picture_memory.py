"""Memory and time for the worst accepted pictures: `python -m benchmarks.picture_memory [--only NAME]`.

Each picture is prepared for thumbnails, for an encoder (whole, and a region of 1 %) and for text recognition, in a
separate process; huge ones are decoded in another one. Both figures are peaks of resident memory in MB, and none may
exceed 1,200. Before the limits, one thread of a worker took 2.6 GB for the RGBA picture of 14,100², 3.4 GB with 16
bits, 2.2 GB for the grey one of 16 bits, and 3.0 GB for 200,000,000 × 1 pixels.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from PIL import Image

from benchmarks.worst_pictures import PICTURES

PURPOSES = ("thumbnails", "encoder", "region", "text")


def prepare(path: Path, purpose: str) -> None:
    """Prepare the picture for one purpose, without the model."""
    from gallery.pictures.images import make_placeholder, make_thumbnail, open_image
    from gallery.storage.files import THUMBNAIL_SIDES
    from search.encoders.picture_views import open_for_encoder, open_region, views_along

    match purpose:
        case "thumbnails":
            image = open_image(path, max_side=max(THUMBNAIL_SIDES.values()))
            for side in THUMBNAIL_SIDES.values():
                make_thumbnail(image, side)
            make_placeholder(image)
        case "encoder":
            views_along(open_for_encoder(path, side=288), side=288)
        case "region":
            open_region(path, (0.4, 0.4, 0.5, 0.5), side=288)
        case "text":
            import numpy as np

            from search.ocr.reader import MAX_SIDE

            np.ascontiguousarray(np.asarray(open_image(path, max_side=MAX_SIDE))[:, :, ::-1])


def measure(path: Path, purpose: str) -> dict[str, object]:
    """Prepare the picture; return the peaks of this process and of its child in MB, and the seconds."""
    from gallery.pictures.images import InvalidImage

    started, answer = time.perf_counter(), ""
    try:
        prepare(path, purpose)
    except InvalidImage as error:
        answer = str(error)
    seconds = time.perf_counter() - started
    # Not getrusage: a new process inherits the peak of its parent.
    status = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    other = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"own": own // 1000, "decoder": other // 1000, "seconds": round(seconds, 1), "answer": answer}


def main() -> None:
    """Print a row for each picture and purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pictures whose name contains this")
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "PURPOSE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosearch.settings")
    django.setup()
    if arguments.measure:
        print(json.dumps(measure(Path(arguments.measure[0]), arguments.measure[1])))
        return
    import pillow_heif

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    print(f"{'picture':36} {'purpose':12} {'own MB':>7} {'decoder MB':>11} {'s':>6}")
    with TemporaryDirectory() as folder:
        for name, make in PICTURES.items():
            if arguments.only not in name:
                continue
            path = Path(folder, "picture")
            path.write_bytes(make())
            for purpose in PURPOSES:
                command = [sys.executable, "-m", "benchmarks.picture_memory", "--measure", str(path), purpose]
                row = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                figures = f"{row['own']:7} {row['decoder']:11} {row['seconds']:6}"
                print(f"{name:36} {purpose:12} {figures} {row['answer']}", flush=True)


if __name__ == "__main__":
    main()
