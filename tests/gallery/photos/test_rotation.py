"""Rotation by hand: thumbnails, sizes, texts and vectors follow; the original stays as it is; undo; owners only."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from PIL import Image

from gallery.models import RETRY_DELAY, Photo, PhotoEdit, StepAttempt
from gallery.photos.merging import merge_photos
from gallery.photos.rotation import set_rotation, turn_photos
from gallery.photos.statements import apply_statement, undo_edit
from gallery.photos.trash import move_to_trash
from gallery.pictures.turning import RIGHT_ANGLES
from gallery.processing import work
from gallery.processing.tasks import embed_photos, make_thumbnails
from gallery.storage.files import thumbnail_paths
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding, PhotoText
from tests.drawing import CORNERS, corner_colours, draw_corners, save_image
from tests.factories import ApiClient

pytestmark = pytest.mark.usefixtures("broker")
SHOWN = {0: "abcd", 90: "dabc", 180: "cdab", 270: "bcda"}
SIZES = {"landscape": (80, 48), "portrait": (48, 80)}
JSON = {"content_type": "application/json"}
MODEL = "clip@1"


def stored(store, shape: str = "landscape", orientation: int = 1) -> Photo:
    """Return a photo with thumbnails, whose pixels lie as if the camera had been turned."""
    back = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    turn, image = back[orientation], draw_corners(SIZES[shape])
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = save_image(image.transpose(turn) if turn is not None else image, "JPEG", exif=exif)
    photo = store(file.getvalue(), filename=f"{shape} {orientation}.jpg")
    make_thumbnails([photo.pk])
    return Photo.objects.get(pk=photo.pk)


def edit(photo: Photo, statement, user: User | None = None):
    return apply_statement(Photo.objects.filter(pk=photo.pk), user=user or photo.owner, statement=statement)


def seen(client, photo: Photo, name: str = "preview") -> str:
    """Return the corners of the photo's picture as it is sent, and check its shape."""
    photo = Photo.objects.get(pk=photo.pk)
    with Image.open(BytesIO(client.get(f"/photos/{photo.pk}/{name}?v={photo.thumbnail_key}").getvalue())) as image:
        assert image.size == ((photo.width, photo.height) if not photo.turn % 180 else (photo.height, photo.width))
        return corner_colours(image)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("shape", list(SIZES))
def test_turns_thumbnails_of_every_shape(client, owner, store, shape, orientation):
    client.force_login(owner)
    photo = stored(store, shape, orientation)
    keys = {photo.thumbnail_key}
    for rotation in (90, 180, 270, 0):
        edit(photo, turn_photos(90))
        turned = Photo.objects.get(pk=photo.pk)
        assert (turned.rotation, turned.turn) == (rotation, 90)
        assert (turned.width, turned.height) == (SIZES[shape] if rotation in (0, 180) else SIZES[shape][::-1])
        # The old ones are shown until the new ones are made.
        assert seen(client, photo) == SHOWN[(rotation - 90) % 360]
        make_thumbnails([photo.pk])
        assert seen(client, photo) == seen(client, photo, "thumbnail") == SHOWN[rotation]
        keys.add(Photo.objects.get(pk=photo.pk).thumbnail_key)
        assert client.get(f"/photos/{photo.pk}/original").getvalue() == photo.path.read_bytes()
    assert len(keys) == 4
    there = {angle for angle, path in thumbnail_paths(owner_id=photo.owner_id, sha256=photo.sha256) if path.exists()}
    assert there == {0}
    assert not Photo.objects.missing_thumbnails().exists()


def test_keeps_thumbnails_only_at_their_own_addresses(client, owner, store):
    client.force_login(owner)
    photo = stored(store)
    address = f"/photos/{photo.pk}/thumbnail"
    old = client.get(f"{address}?v={photo.thumbnail_key}")
    assert "immutable" in old["Cache-Control"]
    edit(photo, turn_photos(90))
    make_thumbnails([photo.pk])
    key = Photo.objects.get(pk=photo.pk).thumbnail_key
    assert "immutable" in client.get(f"{address}?v={key}")["Cache-Control"]
    for other in (f"{address}?v={photo.thumbnail_key}", address):
        late = client.get(other, headers={"If-None-Match": old["ETag"]})
        assert (late.status_code, late["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize("moment", ["before the files", "before the row"])
def test_repairs_itself_after_crash(client, owner, store, monkeypatch, moment):
    client.force_login(owner)
    photo = stored(store)
    edit(photo, turn_photos(270))
    broken = "write_file" if moment == "before the files" else "make_placeholder"
    with monkeypatch.context() as patch:
        patch.setattr(work, broken, lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_thumbnails([photo.pk])
    StepAttempt.objects.update(failed_at=timezone.now() - 2 * RETRY_DELAY)
    assert seen(client, photo) == SHOWN[0]
    make_thumbnails([photo.pk])
    assert seen(client, photo) == SHOWN[270]


def test_photo_turned_during_the_step_is_made_again(client, owner, store, monkeypatch):
    client.force_login(owner)
    photo = stored(store)
    edit(photo, turn_photos(90))

    def turn_meanwhile(image):
        monkeypatch.undo()
        edit(photo, turn_photos(90))
        return work.make_placeholder(image)

    monkeypatch.setattr(work, "make_placeholder", turn_meanwhile)
    make_thumbnails([photo.pk])
    assert seen(client, photo) == SHOWN[0]
    make_thumbnails([photo.pk])
    assert seen(client, photo) == SHOWN[180]


def test_turns_words_with_the_picture(client, owner, store):
    client.force_login(owner)
    photo = stored(store)
    # A line in the quarter at the top left.
    line = {"text": "ticket", "confidence": 0.9, "box": [[0.1, 0.1], [0.4, 0.1], [0.4, 0.2], [0.1, 0.2]]}
    PhotoText.objects.create(photo=photo, owner=owner, engine="x", text="ticket", lines=[line])
    api = ApiClient(owner)
    for rotation in RIGHT_ANGLES:
        edit(photo, set_rotation(rotation))
        (found,) = api.get(f"/api/v1/photos/{photo.pk}/text/").json()["lines"]
        corner = CORNERS[SHOWN[rotation].index("a")]
        for point in found["box"]:
            assert tuple(round(share) for share in point) == corner
        page = client.get(f"/photos/{photo.pk}/matches?q=ticket").content.decode()
        x, y = found["box"][0]
        assert f"{x:g},{y:g}" in page
    # As OCR stored them.
    assert PhotoText.objects.get().lines == [line]


def test_forgets_vectors_and_encodes_turned_pictures(owner, store, monkeypatch):
    photo, other = stored(store), stored(store, "portrait")
    for one in (photo, other):
        PhotoEmbedding.objects.create(photo=one, owner=owner, model=MODEL, vector=[1, 0])
        ComparedPhoto.objects.create(photo=one, owner=owner, model=MODEL, version=1)
    NearDuplicatePair.objects.create(one=photo, other=other, owner=owner, model=MODEL, distance=0.01)
    edit(photo, turn_photos(180))
    assert [row.photo_id for row in PhotoEmbedding.objects.all()] == [other.pk]
    assert [row.photo_id for row in ComparedPhoto.objects.all()] == [other.pk]
    assert not NearDuplicatePair.objects.exists()
    asked = []

    def encode(paths, *, rotations, model):
        asked.append(rotations)
        # Turned once more while it is encoded.
        if len(asked) == 1:
            edit(photo, turn_photos(90))
        return [[[0, 1]] for _path in paths]

    monkeypatch.setattr(work.encoders, "encode_photos", encode)
    embed_photos([photo.pk], MODEL)
    assert not PhotoEmbedding.objects.filter(photo=photo).exists()
    embed_photos([photo.pk], MODEL)
    assert asked == [[180], [270]]
    assert list(PhotoEmbedding.objects.get(photo=photo).vector) == [0, 1]


def test_undoes_turns(owner, store):
    photo = stored(store)
    outcome = edit(photo, turn_photos(90))
    later = edit(photo, turn_photos(90))
    assert undo_edit(outcome.edit.pk, user=owner).kept == 1
    assert Photo.objects.get(pk=photo.pk).rotation == 180
    assert undo_edit(later.edit.pk, user=owner).restored == 1
    turned = Photo.objects.get(pk=photo.pk)
    assert (turned.rotation, turned.width) == (90, 48)
    assert edit(photo, set_rotation(90)).edit is None


def test_merging_does_not_turn_the_kept_photo(owner, store):
    kept, other = stored(store), stored(store, "portrait")
    edit(other, turn_photos(90))
    merge_photos(kept.pk, [other.pk], user=owner, moment=other.uploaded_at)
    assert Photo.objects.get(pk=kept.pk).rotation == 0


def test_api_sets_rotation(owner, store):
    api, photo = ApiClient(owner), stored(store)
    address = f"/api/v1/photos/{photo.pk}/"
    assert api.get(address).json()["rotation"] == 0
    changed = api.patch(address, {"rotation": 270, "importance": 2}, **JSON).json()
    assert (changed["rotation"], changed["width"], changed["height"], changed["importance"]) == (270, 48, 80, 2)
    for wrong in (45, -90, 360, "90", None, True):
        assert api.patch(address, {"rotation": wrong}, **JSON).status_code == 400
    many = {"photos": [photo.pk], "rotation": 180}
    undo = api.post("/api/v1/photos/change/", many, **JSON).json()["undo"]
    assert api.get(address).json()["rotation"] == 180
    api.post("/api/v1/photos/undo/", {"undo": undo}, **JSON)
    assert api.get(address).json()["rotation"] == 270


def test_turns_selection_of_the_owner_only(client, owner, store):
    ben = User.objects.create_user("ben")
    photo, strange = stored(store), store(filename="x.png", owner=ben)
    gone = stored(store, "portrait")
    move_to_trash(Photo.objects.filter(pk=gone.pk), user=owner)
    client.force_login(owner)
    answer = client.post(
        "/selection/turn",
        {"photo": f"{photo.pk},{strange.pk},{gone.pk}", "turn": "270"},
        headers={"Accept": "application/json"},
    ).json()
    assert answer["message"] == "1 photo rotated"
    assert dict(Photo.objects.values_list("pk", "rotation")) == {photo.pk: 270, strange.pk: 0, gone.pk: 0}
    for fields in ({"photo": strange.pk, "turn": "90"}, {"photo": photo.pk, "turn": "45"}, {"photo": photo.pk}):
        assert client.post("/selection/turn", fields).status_code == 400
    state = client.get(f"/photos/{photo.pk}/state").json()
    assert (state["rotation"], state["turn"], state["width"], state["height"]) == (270, 270, 48, 80)
    assert client.get(f"/photos/{strange.pk}/state").status_code == 404
    # A stranger undoes nothing.
    client.force_login(ben)
    assert client.post(answer["revert"]).status_code == 404
    assert PhotoEdit.objects.count() == 1
    with transaction.atomic():
        assert apply_statement(Photo.objects.all(), user=ben, statement=turn_photos(90)).count == 1
    assert Photo.objects.get(pk=photo.pk).rotation == 270
