"""Imports over the API: folders, options, actions, items and other users."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User

from gallery.access.tokens import Scope
from gallery.models import Album, ImportJob, Photo
from tests.drawing import picture
from tests.factories import ApiClient, finish_import
from tests.gallery.api.import_requests import IMPORTS, apply_action, archive, begin, send
from tests.processes import queued_messages


@pytest.fixture
def roots(settings, folder):
    """Allow imports of the folder; return it."""
    settings.IMPORT_ROOTS = [str(folder)]
    return folder


def test_imports_folder_after_check_and_undoes_it(program, roots, broker):
    response = begin(program, folder=str(roots), importance=3, ignore=["*.txt"], wants_text=False, album="旅行")
    assert response.status_code == 201
    path, job = response["Location"], ImportJob.objects.get()
    assert queued_messages(broker, "import") == [("run_import", [job.pk])]
    answer = response.json()
    assert (answer["owner"], answer["roots"], answer["state"], answer["mode"]) == (
        "anna",
        [roots.name],
        "checking",
        "copy",
    )
    assert (answer["importance"], answer["ignore"], answer["wants_text"]) == (3, ["*.txt"], False)
    assert (answer["album"], answer["makes_albums"]) == ("旅行", False)
    assert answer["actions"] == ["cancel"]
    finish_import(job)
    answer = program.get(path).json()
    assert (answer["state"], answer["preview_counts"]["new"], answer["import_counts"]["new"]) == ("ready", 2, 0)
    assert not Photo.objects.exists()
    response = apply_action(program, path, "start")
    assert (response.status_code, response.json()["state"]) == (202, "running")
    finish_import(job)
    answer = program.get(path).json()
    assert (answer["state"], answer["actions"]) == ("finished", ["undo"])
    assert {name: answer["import_counts"][name] for name in ("new", "duplicate", "skipped", "failed", "reasons")} == {
        "new": 2,
        "duplicate": 1,
        "skipped": 1,
        "failed": 1,
        "reasons": {"hidden": 1},
    }
    assert program.get(IMPORTS).json() == {"results": [answer], "next_cursor": None}
    assert apply_action(program, path, "undo").status_code == 202
    finish_import(job)
    assert program.get(path).json()["state"] == "undone"
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "folder"),
        ({"upload": "x"}, "upload"),
        ({"upload": "0" * 32, "folder": "/a"}, "folder"),
        ({"upload": "0" * 32, "watch": True}, "watch"),
        ({"upload": "0" * 32, "mode": "copy"}, "mode"),
    ],
)
def test_requires_either_folder_or_archive(program, options, field):
    response = begin(program, **options)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_lets_administrator_import_for_other_user(program, owner, roots, broker):
    administrator = User.objects.create_user("administrator", is_staff=True)
    clients = [ApiClient(administrator, Scope.IMPORT, Scope.ADMIN), ApiClient(administrator, Scope.IMPORT)]
    answers = [
        begin(clients[0], folder=str(roots), owner="anna", check=False),
        send(clients[0], archive(a=picture(1)), owner="anna", check="false"),
        begin(clients[1], folder=str(roots)),
        begin(program, folder=str(roots), owner="anna"),
    ]
    assert [(answer.status_code, answer.json()["owner"]) for answer in answers] == [
        *((201, "anna"), (201, "anna"), (201, "administrator"), (201, "anna")),
    ]
    assert clients[0].get(answers[0]["Location"]).status_code == 200
    for path in ("items/", ""):
        assert program.get(f"{answers[1]['Location']}{path}").status_code == 200
    assert clients[0].get(f"{answers[1]['Location']}items/").status_code == 404
    User.objects.create_user("gone", is_active=False)
    for name in ("nobody", "gone"):
        response = begin(clients[0], folder=str(roots), owner=name)
        assert [error["field"] for error in response.json()["errors"]] == ["owner"]


def test_refuses_import_for_other_user_without_admin_scope(program, owner, roots, broker):
    User.objects.create_user("other")
    administrator = User.objects.create_user("administrator", is_staff=True)
    for asking, name in (
        *((program, "other"), (program, "nobody")),
        *((ApiClient(administrator, Scope.IMPORT), "anna"), (ApiClient(administrator, Scope.IMPORT), "nobody")),
    ):
        for response in (
            begin(asking, folder=str(roots), owner=name),
            send(asking, archive(a=picture(1)), owner=name),
        ):
            assert response.status_code == 403
    assert not ImportJob.objects.exists()


def test_lists_folders_and_subfolders(program, roots):
    folders = f"{IMPORTS}folders/"
    assert program.get(folders).json() == {"folders": [roots.name]}
    for name in (roots.name, str(roots)):
        assert program.get(folders, {"folder": name}).json() == {"folders": [f"{roots.name}/summer"]}
    assert begin(program, folder=f"{roots.name}/summer").json()["roots"] == [f"{roots.name}/summer"]
    for path in ("/etc", f"{roots}/../", f"{roots}/a.png", "a\0b", "x" * 300, ""):
        response = program.get(folders, {"folder": path})
        assert [error["field"] for error in response.json()["errors"]] == ["folder"]


def test_starts_without_check_and_pauses(program, roots):
    path = begin(program, folder=str(roots), check=False)["Location"]
    assert program.get(path).json()["state"] == "running"
    assert apply_action(program, path, "pause").json()["state"] == "paused"
    assert apply_action(program, path, "cancel").json()["state"] == "cancelled"


def test_answers_impossible_action_with_conflict(program, roots, broker):
    path = begin(program, folder=str(roots), check=False)["Location"]
    broker.flush_all()
    response = apply_action(program, path, "start")
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert ImportJob.objects.get().state == "running"
    assert queued_messages(broker, "import") == []
    assert apply_action(program, path, "explode").status_code == 400


@pytest.mark.parametrize("path", ["/etc", "{roots}/../", "{roots}/nothing", "{roots}/a.png", "a\0b", " ", "x" * 300])
def test_refuses_folder_outside_import_roots(program, roots, path):
    response = begin(program, folder=path.format(roots=roots))
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"folder"}
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("mode", "move"), ("profile", "x"), ("importance", 6), ("importance", "3"), ("min_side", -1)),
        *(("album", 5), ("album", "x" * 201), ("makes_albums", "yes")),
        *(("check", "yes"), ("watch", None), ("ignore", "*.txt"), ("ignore", [""])),
    ],
)
def test_names_field_of_invalid_option(program, roots, option, value):
    response = begin(program, folder=str(roots), **{option: value})
    assert response.status_code == 400
    assert [error["field"].partition(".")[0] for error in response.json()["errors"]] == [option]
    assert not ImportJob.objects.exists()


def test_lists_items_in_pages_and_by_verdict(program, roots):
    path = begin(program, folder=str(roots), check=False)["Location"]
    finish_import(ImportJob.objects.get())
    shown, cursor = [], {}
    while True:
        page = program.get(f"{path}items/", {"page_size": 2} | cursor).json()
        shown += page["results"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert {(item["path"].removeprefix(f"{roots.name}/"), item["verdict"]) for item in shown} == {
        *((".hidden.png", "skipped"), ("a.png", "new"), ("notes.png", "failed")),
        *(("summer/b.png", "new"), ("summer/copy of a.png", "duplicate")),
    }
    assert len(shown) == 5
    (hidden,) = program.get(f"{path}items/", {"verdict": "skipped"}).json()["results"]
    assert (hidden["reason"], hidden["explanation"], hidden["photo_id"]) == ("hidden", "hidden file", None)
    new = program.get(f"{path}items/", {"verdict": "new"}).json()["results"]
    assert {item["photo_id"] for item in new} == set(Photo.objects.values_list("pk", flat=True))
    for query in ({"verdict": "x"}, {"cursor": "x"}, {"page": "2"}):
        assert program.get(f"{path}items/", query).status_code == 400


def test_continues_list_of_imports_at_cursor(program, owner):
    jobs = [ImportJob.objects.create(owner=owner, started_by=owner, roots=["/a"]) for _number in range(3)]
    first = program.get(IMPORTS, {"page_size": 2}).json()
    last = program.get(IMPORTS, {"page_size": 2, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["results"] + last["results"]] == [job.pk for job in reversed(jobs)]
    assert last["next_cursor"] is None


def test_hides_import_of_other_user(program, roots):
    path = begin(program, folder=str(roots))["Location"]
    stranger = ApiClient(User.objects.create_user("stranger", is_staff=True))
    assert stranger.get(IMPORTS).json()["results"] == []
    for response in (stranger.get(path), stranger.get(f"{path}items/"), apply_action(stranger, path, "cancel")):
        assert response.status_code == 404
    assert ImportJob.objects.get().state == "checking"


def test_lets_starter_follow_import_but_not_list_items(program, owner):
    administrator = User.objects.create_user("administrator", is_staff=True)
    album = Album.objects.create(owner=owner, name="Secret")
    job = ImportJob.objects.create(owner=owner, started_by=administrator, roots=["/a"], album=album)
    path = f"{IMPORTS}{job.pk}/"
    assert ApiClient(administrator).get(path).json()["owner"] == "anna"
    assert ApiClient(administrator).get(path).json()["album"] == ""
    assert program.get(path).json()["album"] == "Secret"
    assert apply_action(ApiClient(administrator), path, "pause").status_code == 202
    assert ApiClient(administrator).get(f"{path}items/").status_code == 404
    assert program.get(f"{path}items/").status_code == 200


@pytest.mark.parametrize("check", [{"check": True}, {}])
def test_refuses_check_by_administrator_for_others(program, owner, roots, media_root, broker, check):
    administrator = ApiClient(User.objects.create_user("administrator", is_staff=True))
    answers = [
        begin(administrator, folder=str(roots), owner="anna", **check),
        send(administrator, archive(a=picture(1)), owner="anna", **dict.fromkeys(check, "true")),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert "which files the other user has" in answer.content.decode()
    assert not ImportJob.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_hides_from_administrator_which_files_are_new(program, owner, media_root, broker):
    administrator = ApiClient(User.objects.create_user("administrator", is_staff=True))
    send(program, archive(a=picture(1)), check="false")
    finish_import(ImportJob.objects.get())
    shown = []
    for color in (1, 2):
        path = send(administrator, archive(a=picture(color)), owner="anna", check="false")["Location"]
        finish_import(ImportJob.objects.order_by("pk").last())
        answer = administrator.get(path).json()
        assert (answer["preview_counts"], answer["import_counts"], answer["seen"]) == (None, None, 1)
        listed = next(one for one in administrator.get(IMPORTS).json()["results"] if one["id"] == answer["id"])
        assert listed == answer
        shown.append({name: answer[name] for name in answer if name not in ("id", "created_at", "finished_at")})
        assert sum(program.get(path).json()["import_counts"][verdict] for verdict in ("new", "duplicate")) == 1
    assert shown[0] == shown[1]


def test_starts_no_second_import_when_request_is_repeated(program, roots, owner):
    named = {"Idempotency-Key": "phone-1"}
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("a.png", picture(1))
    sent = [
        program.generic("POST", f"{IMPORTS}archive/", file.getvalue(), "application/zip", headers=named)
        for _time in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 200]
    assert sent[0].json()["id"] == sent[1].json()["id"]
    assert sent[0]["Location"] == sent[1]["Location"]
    named = {"Idempotency-Key": "folder-1"}
    begun = [program.post(IMPORTS, {"folder": str(roots)}, "application/json", headers=named) for _time in range(2)]
    assert [answer.status_code for answer in begun] == [201, 200]
    other = ApiClient(User.objects.create_user("other"))
    assert other.post(IMPORTS, {"folder": str(roots)}, "application/json", headers=named).status_code == 201
    assert ImportJob.objects.count() == 3


def test_starts_one_import_for_two_simultaneous_requests(program, roots, monkeypatch):
    monkeypatch.setattr("gallery.api.imports._existing_import", lambda *_: None)
    named = {"Idempotency-Key": "x"}
    assert program.post(IMPORTS, {"folder": str(roots)}, "application/json", headers=named).status_code == 201
    late = program.post(IMPORTS, {"folder": str(roots)}, "application/json", headers=named)
    assert late.status_code == 409
    assert ImportJob.objects.count() == 1


def test_accepts_folder_in_body(program, roots):
    by_address = program.get(f"{IMPORTS}folders/", {"folder": str(roots)}).json()
    by_body = program.post(f"{IMPORTS}folders/", {"folder": str(roots)}, "application/json")
    assert (by_body.status_code, by_body.json()) == (200, by_address)
    long = f"{roots}/{'票' * 1300}"
    assert program.post(f"{IMPORTS}folders/", {"folder": long}, "application/json").status_code == 400
