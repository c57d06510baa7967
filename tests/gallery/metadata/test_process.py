"""exiftool stays open, survives files that kill or stop it, and never learns their names."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from gallery.metadata import process as module
from gallery.metadata.process import ExifToolProcess, ReadingFailed
from gallery.metadata.program import ExifToolUnavailable, find_program, program_version

STUB = """#!/bin/sh
while read -r line; do
    case "$line" in
        -execute*) {reaction}; echo "{{ready${{line#-execute}}}}" ;;
    esac
done
"""


@pytest.fixture
def exiftool():
    running = ExifToolProcess(["-q", "-json", "-Make"])
    yield running
    running.stop()


@pytest.fixture
def picture(tmp_path) -> Path:
    """A JPEG whose name is an option, ends with a line of exiftool's own, and is not UTF-8."""
    exif = Image.Exif()
    exif[Base.Make] = "Camera"
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG", exif=exif)
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/-delete_original\n-execute1\n\xff %d.jpg"))
    path.write_bytes(content.getvalue())
    return path


def stub(monkeypatch, settings, tmp_path, reaction: str) -> ExifToolProcess:
    """Return a process whose program reacts so to every file."""
    program = tmp_path / "stub"
    program.write_text(STUB.format(reaction=reaction))
    program.chmod(0o755)
    settings.EXIFTOOL = str(program)
    return ExifToolProcess([])


def is_running(pid: int) -> bool:
    """Return whether the process runs; a dead one may still wait for its parent."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def wait_until(is_so: Callable[[], bool]) -> bool:
    for _attempt in range(200):
        if is_so():
            return True
        time.sleep(0.05)
    return False


def read(exiftool: ExifToolProcess, path: Path, **options) -> bytes:
    with path.open("rb") as file:
        return exiftool.read(file, **options)


def test_reads_files_with_one_process(exiftool, picture):
    assert b'"Make": "Camera"' in read(exiftool, picture)
    first = exiftool._process.pid
    assert b'"Make": "Camera"' in read(exiftool, picture)
    assert exiftool._process.pid == first


def test_file_stays_as_it_is(exiftool, picture):
    before = picture.read_bytes()
    read(exiftool, picture)
    assert list(picture.parent.iterdir()) == [picture]
    assert picture.read_bytes() == before


def test_starts_again_after_its_death(exiftool, picture):
    read(exiftool, picture)
    exiftool._process.send_signal(signal.SIGKILL)
    exiftool._process.wait()
    assert b"Camera" in read(exiftool, picture)


@pytest.mark.parametrize(
    ("reaction", "message"),
    [("exit 3", "died"), ("kill -9 $$", "died"), ("sleep 60", "too long"), ("yes 0123456789", "too much")],
)
def test_names_what_stopped_it(monkeypatch, settings, tmp_path, picture, reaction, message):
    stopped = stub(monkeypatch, settings, tmp_path, reaction)
    with pytest.raises(ReadingFailed, match=message):
        read(stopped, picture, seconds=1 if message == "too long" else 60)
    assert stopped._process is None


def test_reads_next_file_after_one_that_hung(monkeypatch, settings, tmp_path, picture):
    mark = tmp_path / "mark"
    once = stub(monkeypatch, settings, tmp_path, f"test -e '{mark}' || {{ touch '{mark}'; sleep 60; }}; echo read")
    with pytest.raises(ReadingFailed):
        read(once, picture, seconds=1)
    assert read(once, picture) == b"read\n"
    once.stop()


def test_limits_memory(monkeypatch, exiftool, picture):
    monkeypatch.setattr(module, "MAX_MEMORY", 1 << 20)
    with pytest.raises(ReadingFailed, match="died"):
        read(exiftool, picture)


def test_threads_take_turns(exiftool, picture):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: read(exiftool, picture), range(24)))
    assert all(b"Camera" in answer for answer in answers)


def test_ends_with_the_process_that_started_it(picture):
    code = (
        "from gallery.metadata.process import ExifToolProcess; import sys, time\n"
        "e = ExifToolProcess(['-q', '-json']); e.read(open(sys.argv[1], 'rb'))\n"
        "print(e._process.pid, flush=True); time.sleep(60)"
    )
    prelude = "import django; django.setup()\n"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "photosearch.settings"}
    command = [sys.executable, "-c", prelude + code, picture]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_until(lambda: not is_running(child))


def test_missing_program_is_nobodys_fault(settings, picture, exiftool):
    settings.EXIFTOOL = "/nowhere/exiftool"
    with pytest.raises(ExifToolUnavailable, match="/nowhere/exiftool"):
        read(exiftool, picture)
    with pytest.raises(ExifToolUnavailable):
        program_version()


def test_program_that_does_not_run_is_named(settings, tmp_path):
    program = tmp_path / "exiftool"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    settings.EXIFTOOL = str(program)
    with pytest.raises(ExifToolUnavailable, match="does not run"):
        program_version()


def test_finds_program_and_version():
    assert find_program().name == "exiftool"
    assert float(program_version()) > 12
