"""The addresses that the programs listen on, and their options."""

from pathlib import Path

import pytest

from photosearch.embedded import StartFailed
from photosearch.embedded.programs import (
    DEFAULT_PORTS,
    Listener,
    choose_assistant_listener,
    choose_listener,
    gunicorn,
    our_programs,
)
from photosearch.embedded.provision import free_port


def test_uses_the_first_free_loopback_port_by_default(listening_port, monkeypatch):
    ports = range(listening_port, listening_port + 50)
    monkeypatch.setattr("photosearch.embedded.programs.DEFAULT_PORTS", ports)
    listener = choose_listener(bind="", public_url="")
    assert listener.host == "127.0.0.1"
    assert listener.port in ports
    assert listener.port != listening_port


def test_ignores_the_port_of_a_public_url_elsewhere():
    assert choose_listener(bind="", public_url="https://photos.example.org").port in DEFAULT_PORTS


def test_uses_the_port_of_a_public_url_on_this_machine():
    port = free_port()
    assert choose_listener(bind="", public_url=f"http://localhost:{port}") == Listener("127.0.0.1", port)


@pytest.mark.parametrize("public_url", ["photos.example.org", "localhost:8000", "ftp://localhost", "https://"])
def test_refuses_an_invalid_public_url(public_url):
    with pytest.raises(StartFailed, match="PUBLIC_URL must be an address"):
        choose_listener(bind="", public_url=public_url)


def test_prefers_bind_to_the_public_url():
    port = free_port()
    listener = choose_listener(bind=f"0.0.0.0:{port}", public_url="http://localhost:1")
    assert str(listener) == f"0.0.0.0:{port}"


def test_keeps_brackets_of_ipv6_addresses():
    assert str(Listener("::1", 8000)) == "[::1]:8000"


@pytest.mark.parametrize("bind", ["8000", ":8000", "localhost", "127.0.0.1:http", "127.0.0.1:0", "127.0.0.1:99999"])
def test_refuses_an_invalid_bind(bind):
    with pytest.raises(StartFailed, match="BIND must be an address and a port"):
        choose_listener(bind=bind, public_url="")


def test_refuses_a_configured_port_in_use(listening_port):
    with pytest.raises(StartFailed, match=f"Nothing can listen on 127.0.0.1:{listening_port}"):
        choose_listener(bind=f"127.0.0.1:{listening_port}", public_url="")


def test_assistants_get_the_next_free_or_configured_port(listening_port):
    web = Listener("127.0.0.1", listening_port - 1)
    assistants = choose_assistant_listener(bind="", web=web)
    assert assistants.host == "127.0.0.1"
    assert listening_port < assistants.port <= listening_port + 99
    port = free_port()
    assert choose_assistant_listener(bind=f"127.0.0.1:{port}", web=web) == Listener("127.0.0.1", port)


def test_fails_without_a_free_port_for_assistants():
    with pytest.raises(StartFailed, match="ASSISTANT_BIND"):
        choose_assistant_listener(bind="", web=Listener("127.0.0.1", 65535))


def test_background_programs_have_low_priority(tmp_path):
    web = Listener("127.0.0.1", 8000)
    programs = our_programs(tmp_path, sockets=tmp_path, listener=web, assistants=Listener("127.0.0.1", 8001))
    in_background = {program.name for program in programs if program.is_background}
    workers = {program.name for program in programs if program.name.startswith("worker-")}
    assert in_background == workers | {"watcher"}
    for program in programs:
        assert ("OMP_NUM_THREADS" in program.environment) == program.is_background


def test_worker_accepts_no_request_without_free_thread():
    for workers, threads in ((2, 4), (1, 128)):
        arguments = gunicorn("module", socket=Path("/run/a.sock"), workers=workers, threads=threads)
        assert f"--threads={threads}" in arguments
        assert f"--worker-connections={threads}" in arguments
