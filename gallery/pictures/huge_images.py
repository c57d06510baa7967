"""Decodes a huge or damaged picture in a separate process: one at a time, with limits for memory and time.

A hostile file can only end that process, whose memory then returns to the system completely.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageFile

from gallery.pictures.decoding import (
    DECODING_ERRORS,
    Region,
    Source,
    decode_upright,
    load_first_frame,
    load_middle_frame,
    open_file,
)
from gallery.pictures.image_limits import MAX_PROCESS_BYTES
from gallery.pictures.opening import open_original
from gallery.pictures.repairing import load_what_is_there, repaired

# Seconds. 200 million pixels take nine on an idle processor of 2020.
DECODER_TIMEOUT = 100
HEADER_BYTES = 16 * 1024

DAMAGED, OUT_OF_MEMORY = 3, 4
INCOMPLETE, LATER_FRAMES = FAULTS = ("incomplete", "later frames")
"""What may be wrong with a picture that is shown."""

_one_at_a_time = threading.Lock()
# Batches wait for each other here, so that a person's query waits for at most one of them.
_one_batch = threading.Lock()


class DecoderEnded(Exception):
    """The process exceeded its memory or time, or crashed."""


class DecoderRefused(Exception):
    """The process found the picture damaged."""


def decode_huge(
    file: Source, *, max_side: int | None, region: Region | None, max_pixels: int, is_urgent: bool
) -> Image.Image:
    """Decode like `gallery.pictures.decoding.decode_upright`; urgent pictures wait for at most one other.

    Of damaged pictures it shows what is there; `info["fault"]` of the image says then what is wrong: one of FAULTS.

    Raises:
        DecoderRefused, DecoderEnded
        OSError: the file cannot be read.
    """
    order = json.dumps({"max_side": max_side, "region": region and list(region), "max_pixels": max_pixels})
    with _descriptor(file) as descriptor, _turn(is_urgent=is_urgent):
        answer = _run(order, descriptor)
    header = json.loads(answer[:HEADER_BYTES])
    image = Image.frombytes("RGB", tuple(header["size"]), memoryview(answer)[HEADER_BYTES:])
    if header["fault"]:
        image.info["fault"] = header["fault"]
    return image


@contextmanager
def _turn(*, is_urgent: bool) -> Iterator[None]:
    if is_urgent:
        with _one_at_a_time:
            yield
    else:
        with _one_batch, _one_at_a_time:
            yield


def _run(order: str, descriptor: int) -> bytes:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "gallery.pictures.huge_images", order],
        cwd=Path(__file__).parents[2],
        # It needs nothing from the settings.
        env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH") if name in os.environ},
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        answer, _nothing = process.communicate(timeout=DECODER_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise DecoderEnded("it took too long") from error
    finally:
        process.kill()
        process.wait()
    if process.returncode == DAMAGED:
        raise DecoderRefused
    if process.returncode:
        raise DecoderEnded(f"it ended with {process.returncode}")
    return answer


@contextmanager
def _descriptor(file: Source) -> Iterator[int]:
    """Return a descriptor of the file for the process; bytes in memory stay in memory."""
    if isinstance(file, str | PathLike):
        with open_original(Path(file)) as opened:
            yield opened.fileno()
        return
    file.seek(0)
    with os.fdopen(os.memfd_create("picture"), "w+b") as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy.fileno()


def _answer(order: dict[str, Any]) -> int:
    """Decode standard input; return the exit status."""
    # Memory of the process itself, without libraries. Reserved address space costs nothing and is not limited.
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_PROCESS_BYTES, MAX_PROCESS_BYTES))
    try:
        result = _decode_at_all_costs(sys.stdin.buffer, order)
    except MemoryError:
        return OUT_OF_MEMORY
    except DECODING_ERRORS:
        return DAMAGED
    header = json.dumps({"size": result.size, "fault": result.info.get("fault", "")})
    sys.stdout.buffer.write(header.ljust(HEADER_BYTES).encode())
    _write_rows(result)
    return 0


def _decode_at_all_costs(file: IO[bytes], order: dict[str, Any]) -> Image.Image:
    """Decode the whole picture, or its first frame, or what is there of that, or of a repaired copy."""

    def decode(source: IO[bytes], load: Callable[[ImageFile.ImageFile], Image.Image]) -> Image.Image:
        with open_file(source, max_pixels=order["max_pixels"]) as image:
            return decode_upright(image, max_side=order["max_side"], region=order["region"], load=load)

    for load, fault in ((load_middle_frame, ""), (load_first_frame, LATER_FRAMES), (load_what_is_there, INCOMPLETE)):
        with suppress(*DECODING_ERRORS):
            result = decode(file, load)
            result.info["fault"] = fault
            return result
        file.seek(0)
    copy = repaired(file)
    if copy is None:
        raise OSError(DAMAGED)
    result = decode(copy, load_what_is_there)
    result.info["fault"] = INCOMPLETE
    return result


def _write_rows(image: Image.Image) -> None:
    """Write the pixels in pieces, because memory may not hold a second copy of them."""
    rows = max(1, (4 << 20) // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        sys.stdout.buffer.write(strip.tobytes())


if __name__ == "__main__":
    sys.exit(_answer(json.loads(sys.argv[1])))
