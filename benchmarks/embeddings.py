"""Embeddings per second, processor time and memory of each encoder: `python -m benchmarks.embeddings`.

Each encoder runs in its own encoder process, which gets requests like those of the vision worker; CLIP has random
weights.
"""

import argparse
import os
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks.encoder_process import CLIP_SIZES, encoder_process
from benchmarks.pictures import pictures
from search.encoders.client import encode_photos, encode_text

BATCH = 16
QUERIES = 20


def main() -> None:
    """Measure each encoder with the same pictures, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoders", nargs="*", default=["conse", *CLIP_SIZES], metavar="ENCODER")
    parser.add_argument("--pictures", type=int, default=64, help="(default: 64)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for filename, data in islice(pictures(), arguments.pictures):
            paths.append(folder / filename)
            paths[-1].write_bytes(data)
        for encoder in arguments.encoders:
            _measure(encoder, paths, folder)


def _measure(encoder: str, paths: list[Path], folder: Path) -> None:
    with encoder_process(encoder, folder) as (process, info):
        at_rest = _megabytes(process, "VmRSS")
        encode_photos(paths[:BATCH], model=info.model)
        started, cpu = time.perf_counter(), _cpu_seconds(process)
        for begin in range(0, len(paths), BATCH):
            encode_photos(paths[begin : begin + BATCH], model=info.model)
        seconds, cpu = time.perf_counter() - started, _cpu_seconds(process) - cpu
        text = min(_seconds_of_text(info.model) for _ in range(QUERIES))
        print(
            f"{encoder}: {len(paths) / seconds:.1f} pictures/s, {1000 * cpu / len(paths):.0f} cpu-ms each; "
            f"text {1000 * text:.0f} ms; memory at rest {at_rest} MB, afterwards {_megabytes(process, 'VmRSS')} MB, "
            f"peak {_megabytes(process, 'VmHWM')} MB"
        )


def _seconds_of_text(model: str) -> float:
    started = time.perf_counter()
    encode_text("a dog that sleeps on a red sofa", model=model)
    return time.perf_counter() - started


def _megabytes(process: int, field: str) -> int:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(status[field].split()[0]) // 1024


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
