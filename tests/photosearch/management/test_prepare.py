"""`manage.py prepare` updates database, files and index, and creates the first administrator."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elasticsearch")]


@pytest.fixture(autouse=True)
def own_static_folder(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch):
    monkeypatch.delenv("ADMIN_USERNAME", raising=False)
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)


def test_prints_a_working_password_of_the_administrator(capsys, client):
    call_command("prepare")
    login = re.fullmatch(
        r"Log in as (\S+) with the password (\S+) \(shown only this once\)\.\n", capsys.readouterr().out
    )
    assert login
    assert client.post("/login/", {"username": login[1], "password": login[2]}).status_code == 302
    assert get_user_model().objects.get(username="admin").is_superuser


def test_does_not_print_a_configured_password(capsys, client, monkeypatch):
    monkeypatch.setenv("ADMIN_USERNAME", "lin")
    monkeypatch.setenv("ADMIN_PASSWORD", "correct horse")
    call_command("prepare")
    assert capsys.readouterr().out == "Log in as lin with the password in ADMIN_PASSWORD.\n"
    assert client.post("/login/", {"username": "lin", "password": "correct horse"}).status_code == 302


def test_a_second_start_adds_no_administrator(capsys):
    call_command("prepare")
    capsys.readouterr()
    call_command("prepare")
    assert capsys.readouterr().out == ""
    assert get_user_model().objects.count() == 1


def test_collects_static_files(settings):
    call_command("prepare")
    assert (settings.STATIC_ROOT / "django_htmx").is_dir()


def test_prepares_the_rest_without_elasticsearch(capsys, settings):
    settings.ELASTICSEARCH_URL = ""
    call_command("prepare")
    output = capsys.readouterr()
    assert "PostgreSQL searches words" in output.err
    assert "Log in as admin" in output.out
