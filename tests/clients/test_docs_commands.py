"""Runs the commands in docs/api.md unchanged against a live server."""

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from gallery.models import ImportJob, Photo
from tests.drawing import picture

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
COMMANDS = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def run(commands: str, *, folder: Path, **variables: str) -> str:
    """Run commands in a shell that stops at the first failure."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # Without this, curl exits with 0 when the answer is an error.
    (folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path, "CURL_HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{commands}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def test_marks_every_block_of_commands():
    assert "curl" not in re.sub(r"^```bash\n.*?^```$", "", PAGE.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert len(COMMANDS) >= 5


def test_runs_every_command_in_order(url, token, owner, tmp_path):
    (tmp_path / "ticket.png").write_bytes(picture(1))
    with ZipFile(tmp_path / "phone.zip", "w") as archive:
        archive.writestr("beach.png", picture(2))
    upload, *others = COMMANDS
    run(upload, folder=tmp_path, URL=url, TOKEN=token)
    photo = Photo.objects.get()
    (tmp_path / "ticket.png").unlink()
    for commands in others:
        run(commands, folder=tmp_path, URL=url, TOKEN=token, PHOTO=str(photo.pk))
    assert (tmp_path / "ticket.png").read_bytes() == (tmp_path / "copy.png").read_bytes() == picture(1)
    photo.refresh_from_db()
    assert photo.importance == 4
    assert ImportJob.objects.count() == 2


def test_curl_saves_chinese_name_in_ascii(url, token, owner, tmp_path):
    sent = '--data-binary @a.png -H "X-Filename: %E7%A5%A8.png" -H "Content-Type: image/png"'
    (tmp_path / "a.png").write_bytes(picture(1))
    run(
        f'curl -H "Authorization: Bearer $TOKEN" {sent} $URL/api/v1/photos/upload/',
        folder=tmp_path,
        URL=url,
        TOKEN=token,
    )
    photo = Photo.objects.get()
    assert photo.filename == "票.png"
    command = f'curl -OJ -H "Authorization: Bearer $TOKEN" $URL/api/v1/photos/{photo.pk}/original/'
    run(command, folder=tmp_path, URL=url, TOKEN=token)
    assert (tmp_path / "_.png").read_bytes() == picture(1)
