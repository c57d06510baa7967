"""The embedded Elasticsearch requires a password and analyses Chinese."""

import json
from base64 import b64encode
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from photosearch.embedded.account import server_account
from photosearch.embedded.elasticsearch import _drop_later_data, _settings
from photosearch.embedded.elasticsearch_download import FALLBACK_VERSION, VERSION


def ask(url: str, *, password: str | None, analyzer: str, text: str) -> list[str]:
    """Return the tokens of `text` by Elasticsearch's analyser."""
    address = urlsplit(url)
    request = Request(
        f"http://127.0.0.1:{address.port}/_analyze",
        data=json.dumps({"analyzer": analyzer, "text": text}).encode(),
        headers={"Content-Type": "application/json"},
    )
    if password:
        credentials = b64encode(f"{address.username}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {credentials}")
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - http on the loopback interface
        return [token["token"] for token in json.load(answer)["tokens"]]


@pytest.mark.parametrize("password", [None, "wrong"])
def test_requires_the_password(elasticsearch, password):
    with pytest.raises(HTTPError, match="401"):
        ask(elasticsearch, password=password, analyzer="smartcn", text="调休")


def test_segments_chinese_sentences(elasticsearch):
    password = urlsplit(elasticsearch).password
    words = ask(elasticsearch, password=password, analyzer="smartcn", text="我购买了道具和服装,五一调休")
    assert words == ["我", "购买", "了", "道具", "和", "服装", "五", "一", "调休"]


@pytest.mark.parametrize(
    ("written_by", "version", "kept"),
    [
        ("8.12.2", "8.19.26", True),
        ("8.19.26", "8.19.26", True),
        ("8.19.26", "8.12.2", False),
        ("8.9.0", "8.12.2", True),
    ],
)
def test_deletes_index_of_later_version(tmp_path, written_by, version, kept):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/segments").write_text("an index")
    (tmp_path / "version").write_text(written_by)
    _drop_later_data(tmp_path, version, server_account())
    assert (tmp_path / "data").exists() is kept
    assert (tmp_path / "version").read_text() == version


def test_keeps_index_without_recorded_version(tmp_path):
    (tmp_path / "data").mkdir()
    _drop_later_data(tmp_path, "8.12.2", server_account())
    assert (tmp_path / "data").exists()


def test_turns_off_features_of_elastics_own_version():
    assert "geoip" in _settings(Path("/data"), 9200, VERSION)
    assert "geoip" not in _settings(Path("/data"), 9200, FALLBACK_VERSION)
