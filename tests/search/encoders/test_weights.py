"""Weights are found, downloaded, checked and waited for; CLIP is the encoder that downloads some."""

import hashlib
import threading
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from time import sleep

import pytest

from search.encoders import registry
from search.encoders.client import EncoderUnavailable
from search.encoders.models.clip import ClipEncoder, clip_package, fetch_weights, find_weights
from search.encoders.registry import EncoderRegistry
from search.encoders.weights import WeightsUnavailable

CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


@pytest.fixture
def root(settings, tmp_path):
    """Return an empty CLIP_DOWNLOAD_ROOT, and select the published weights of ViT-B/32."""
    settings.CLIP_WEIGHTS, settings.CLIP_MODEL = "", "ViT-B/32"
    settings.CLIP_DOWNLOAD_ROOT = str(tmp_path / "clip")
    return tmp_path / "clip"


@pytest.fixture
def publish(monkeypatch, tmp_path):
    """Return a function that publishes a file as the weights of ViT-B/32, with a digest in openai-clip's table."""
    servers = []

    def serve(*, digest=DIGEST):
        folder = tmp_path / "www" / digest
        folder.mkdir(parents=True)
        (folder / "ViT-B-32.pt").write_bytes(CONTENT)
        server = HTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=tmp_path / "www"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        address = f"http://127.0.0.1:{server.server_port}/{digest}/ViT-B-32.pt"
        monkeypatch.setitem(clip_package().clip._MODELS, "ViT-B/32", address)

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def reason_for(function) -> str:
    with pytest.raises(WeightsUnavailable) as caught:
        function()
    return str(caught.value.reason)


def test_a_missing_file_is_named_with_its_folder(root):
    assert reason_for(find_weights) == (f"Put ViT-B-32.pt into {root}, or allow access to openaipublic.azureedge.net.")


def test_a_missing_file_of_clip_weights_is_named(settings, tmp_path):
    settings.CLIP_WEIGHTS = str(tmp_path / "mine.pt")
    assert reason_for(find_weights) == f"CLIP_WEIGHTS names a missing file: {tmp_path / 'mine.pt'}."


def test_refuses_an_unknown_clip_model(settings, root):
    settings.CLIP_MODEL = "ViT-Z/99"
    assert reason_for(find_weights).startswith("CLIP_MODEL must be one of RN50, ")


def test_refuses_a_partly_copied_file(root):
    root.mkdir()
    (root / "ViT-B-32.pt").write_bytes(b"half")
    assert "ViT-B-32.pt is incomplete or not the published file" in reason_for(find_weights)


def test_downloads_published_weights_once(root, publish):
    publish()
    assert fetch_weights() == root / "ViT-B-32.pt"
    assert find_weights() == (root / "ViT-B-32.pt", DIGEST)
    modified = (root / "ViT-B-32.pt").stat().st_mtime_ns
    fetch_weights()
    assert (root / "ViT-B-32.pt").stat().st_mtime_ns == modified
    assert [path.name for path in root.iterdir()] == ["ViT-B-32.pt"]


def test_deletes_a_download_with_another_checksum(root, publish):
    publish(digest="0" * 64)
    assert reason_for(fetch_weights).endswith("the checksum does not match.")
    assert list(root.iterdir()) == []


def test_reports_a_failed_download(root, monkeypatch):
    monkeypatch.setitem(clip_package().clip._MODELS, "ViT-B/32", f"http://127.0.0.1:1/{'0' * 64}/ViT-B-32.pt")
    assert "cannot be downloaded" in reason_for(fetch_weights)
    assert list(root.iterdir()) == []


def test_names_a_folder_that_cannot_be_created(root):
    root.write_text("a file in its place")
    assert str(root) in reason_for(fetch_weights)


def test_loads_an_encoder_when_its_weights_arrive(settings, monkeypatch, tmp_path, clip_weights):
    monkeypatch.setattr(registry, "RETRY_INTERVAL", 0.05)
    settings.CLIP_WEIGHTS, settings.CLIP_DEVICE = str(tmp_path / "mine.pt"), "cpu"
    encoders = EncoderRegistry({"clip": ClipEncoder})
    encoders.start_loading()
    while "mine.pt" not in encoders.describe()[0].reason:
        sleep(0.01)
    assert encoders.describe()[0].state == "waiting"
    with pytest.raises(EncoderUnavailable):
        encoders.get("clip@000000000000.1")
    (tmp_path / "mine.pt").write_bytes(clip_weights.read_bytes())
    while encoders.describe()[0].state == "waiting":
        sleep(0.01)
    info = encoders.describe()[0]
    assert encoders.get(info.model).describe() == info
