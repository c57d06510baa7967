"""The embedded Elasticsearch keeps strangers out and reads Chinese."""

import json
from base64 import b64encode
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest


def ask(url: str, *, password: str | None, analyzer: str, text: str) -> list[str]:
    """Return the tokens that Elasticsearch makes of `text`."""
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
def test_strangers_are_refused(elasticsearch, password):
    with pytest.raises(HTTPError, match="401"):
        ask(elasticsearch, password=password, analyzer="smartcn", text="调休")


def test_chinese_sentences_are_cut_into_words(elasticsearch):
    password = urlsplit(elasticsearch).password
    words = ask(elasticsearch, password=password, analyzer="smartcn", text="我购买了道具和服装,五一调休")
    assert words == ["我", "购买", "了", "道具", "和", "服装", "五", "一", "调休"]
