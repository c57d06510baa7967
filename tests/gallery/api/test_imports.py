"""Imports over the API."""
# ruff: noqa: F811 - fixtures are imported

import pytest
from django.contrib.auth.models import User

from gallery.models import ImportJob, Photo
from tests.gallery.bulk_import.conftest import finish, folder  # noqa: F401 - fixtures
from tests.gallery.test_tasks import waiting
from tests.keys import Program

IMPORTS = "/api/v1/imports/"


@pytest.fixture
def roots(settings, folder):
    """The folder may be imported."""
    settings.IMPORT_ROOTS = [str(folder)]
    return folder


def begin(program: Program, **options):
    return program.post(IMPORTS, options, content_type="application/json")


def tell(program: Program, path: str, action: str):
    return program.post(f"{path}tell/", {"action": action}, content_type="application/json")


def test_a_folder_is_checked_imported_read_and_taken_back(program, roots, broker):
    response = begin(program, folder=str(roots), importance=3, ignore=["*.txt"], wants_text=False)
    assert response.status_code == 201
    path, job = response["Location"], ImportJob.objects.get()
    assert waiting(broker, "import") == [("run_import", [job.pk])]
    told = response.json()
    assert (told["owner"], told["roots"], told["state"], told["mode"]) == ("anna", [str(roots)], "checking", "copy")
    assert (told["importance"], told["ignore"], told["wants_text"]) == (3, ["*.txt"], False)
    assert told["actions"] == ["cancel"]
    finish(job)
    told = program.get(path).json()
    assert (told["state"], told["foreseen"]["new"], told["done"]["new"]) == ("ready", 2, 0)
    assert not Photo.objects.exists()
    response = tell(program, path, "start")
    assert (response.status_code, response.json()["state"]) == (202, "running")
    finish(job)
    told = program.get(path).json()
    assert (told["state"], told["actions"]) == ("finished", ["undo"])
    assert {name: told["done"][name] for name in ("new", "duplicate", "passed_over", "refused", "reasons")} == {
        "new": 2,
        "duplicate": 1,
        "passed_over": 1,
        "refused": 1,
        "reasons": {"hidden": 1},
    }
    assert program.get(IMPORTS).json() == {"results": [told], "next_cursor": None}
    assert tell(program, path, "undo").status_code == 202
    finish(job)
    assert program.get(path).json()["state"] == "undone"
    assert not Photo.objects.exists()


def test_an_import_may_begin_at_once_and_be_paused(program, roots):
    path = begin(program, folder=str(roots), check=False)["Location"]
    assert program.get(path).json()["state"] == "running"
    assert tell(program, path, "pause").json()["state"] == "paused"
    assert tell(program, path, "cancel").json()["state"] == "cancelled"


def test_what_its_state_does_not_allow_is_a_conflict(program, roots, broker):
    path = begin(program, folder=str(roots), check=False)["Location"]
    broker.flush_all()
    response = tell(program, path, "start")
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert ImportJob.objects.get().state == "running"
    assert waiting(broker, "import") == []
    assert tell(program, path, "explode").status_code == 400


@pytest.mark.parametrize("path", ["/etc", "{roots}/../", "{roots}/nothing", "{roots}/a.png", "a\0b", " ", "x" * 300])
def test_other_folders_are_not_imported(program, roots, path):
    response = begin(program, folder=path.format(roots=roots))
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"folder"}
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("mode", "move"), ("profile", "x"), ("importance", 6), ("importance", "3"), ("min_side", -1)),
        *(("check", "yes"), ("watch", None), ("ignore", "*.txt"), ("ignore", [""])),
    ],
)
def test_a_senseless_option_is_refused_by_the_field(program, roots, option, value):
    response = begin(program, folder=str(roots), **{option: value})
    assert response.status_code == 400
    assert [error["field"].partition(".")[0] for error in response.json()["errors"]] == [option]
    assert not ImportJob.objects.exists()


def test_the_files_are_read_page_by_page_and_by_verdict(program, roots):
    path = begin(program, folder=str(roots), check=False)["Location"]
    finish(ImportJob.objects.get())
    shown, cursor = [], {}
    while True:
        page = program.get(f"{path}items/", {"page_size": 2} | cursor).json()
        shown += page["results"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert {(item["path"].removeprefix(f"{roots}/"), item["verdict"]) for item in shown} == {
        *((".hidden.png", "passed_over"), ("a.png", "new"), ("notes.png", "refused")),
        *(("summer/b.png", "new"), ("summer/copy of a.png", "duplicate")),
    }
    assert len(shown) == 5
    (hidden,) = program.get(f"{path}items/", {"verdict": "passed_over"}).json()["results"]
    assert (hidden["reason"], hidden["explanation"], hidden["photo_id"]) == ("hidden", "hidden file", None)
    new = program.get(f"{path}items/", {"verdict": "new"}).json()["results"]
    assert {item["photo_id"] for item in new} == set(Photo.objects.values_list("pk", flat=True))
    for query in ({"verdict": "x"}, {"cursor": "x"}, {"page": "2"}):
        assert program.get(f"{path}items/", query).status_code == 400


def test_the_list_goes_on_where_the_last_page_ended(program, owner):
    jobs = [ImportJob.objects.create(owner=owner, started_by=owner, roots=["/a"]) for _number in range(3)]
    first = program.get(IMPORTS, {"page_size": 2}).json()
    last = program.get(IMPORTS, {"page_size": 2, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["results"] + last["results"]] == [job.pk for job in reversed(jobs)]
    assert last["next_cursor"] is None


def test_anothers_import_is_not_there(program, roots):
    path = begin(program, folder=str(roots))["Location"]
    stranger = Program(User.objects.create_user("stranger", is_staff=True))
    assert stranger.get(IMPORTS).json()["results"] == []
    for response in (stranger.get(path), stranger.get(f"{path}items/"), tell(stranger, path, "cancel")):
        assert response.status_code == 404
    assert ImportJob.objects.get().state == "checking"


def test_who_began_an_import_for_another_follows_it_but_sees_no_files(program, owner):
    administrator = User.objects.create_user("administrator", is_staff=True)
    job = ImportJob.objects.create(owner=owner, started_by=administrator, roots=["/a"])
    path = f"{IMPORTS}{job.pk}/"
    assert Program(administrator).get(path).json()["owner"] == "anna"
    assert tell(Program(administrator), path, "pause").status_code == 202
    assert Program(administrator).get(f"{path}items/").status_code == 404
    assert program.get(f"{path}items/").status_code == 200
