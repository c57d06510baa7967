"""Functions that tests call in a process of the site (`Site.inside`).

`python -m tests.e2e.inside` reads one call per line of standard input and writes its answer as a line of JSON.
"""

import json
import sys
import traceback
from io import BytesIO

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import close_old_connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from gallery.access.tokens import issue_token  # noqa: E402
from gallery.intake.upload import store_upload  # noqa: E402
from gallery.metadata.reading import METADATA_VERSION  # noqa: E402
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt  # noqa: E402
from gallery.pictures.images import THUMBNAIL_VERSION  # noqa: E402
from search.keywords.mapping import mapping_version  # noqa: E402
from search.models import PhotoEmbedding, PhotoText  # noqa: E402
from search.ocr import reader  # noqa: E402
from tests.near_misses import near_misses, picture_of  # noqa: E402


def add_user(username: str, password: str, is_administrator: bool) -> None:
    User.objects.create_user(username, password=password, is_staff=is_administrator, is_superuser=is_administrator)


def issue_api_token(username: str, *scopes: str) -> str:
    return issue_token("test", user=User.objects.get(username=username), scopes=scopes)[1]


def add_near_misses(owner: str, count: int) -> None:
    """Store pictures of near-miss texts with their recognised text, so that OCR has nothing to do.

    Photos and texts are committed in one transaction; the workers do the other steps.
    """
    user, engine = User.objects.get(username=owner), reader.engine_version()
    with transaction.atomic():
        for number, text in enumerate(near_misses(count)):
            photo, _ = store_upload(BytesIO(picture_of(text)), owner=user, filename=f"near-{number}.png")
            PhotoText.objects.create(photo=photo, owner=user, engine=engine, text=text)


def add_backlog(owner: str, count: int) -> None:
    """Insert rows and files as an import does, without enqueueing tasks."""
    user = User.objects.get(username=owner)
    with transaction.atomic():
        for number in range(count):
            picture = picture_of(f"archive sheet {number:06}")
            store_upload(BytesIO(picture), owner=user, filename=f"archive-{number}.png")
        transaction.get_connection().run_on_commit.clear()


def remove_photos(prefix: str) -> None:
    """Delete all photos whose file names start with `prefix`."""
    from gallery.photos.deletion import delete_photos

    for owner in User.objects.all():
        delete_photos(Photo.objects.filter(owner=owner, filename__startswith=prefix), user=owner)


def unfinished(prefix: str = "") -> dict[str, list[str]]:
    """Return for each step the names of files that it has neither done nor finally failed."""
    alive = Photo.objects.filter(defect="", filename__startswith=prefix)
    done = {
        Step.THUMBNAILS: alive.filter(thumbnail_version=THUMBNAIL_VERSION),
        Step.METADATA: alive.filter(metadata_version=METADATA_VERSION),
        Step.TEXT: alive.filter(text__engine=reader.engine_version()),
        Step.INDEX: alive.filter(indexed__revision=F("revision"), indexed__mapping=mapping_version()),
    }
    # The model of ConSE, since there are no weights for CLIP; None before the first embedding.
    model = PhotoEmbedding.objects.values_list("model", flat=True).first()
    done[Step.EMBEDDING] = alive.filter(embeddings__model=model, embeddings__view=0)
    final = StepAttempt.objects.filter(attempts__gte=MAX_ATTEMPTS)
    return {
        step: list(
            alive.exclude(pk__in=photos)
            .exclude(pk__in=final.filter(step=step).values("photo"))
            .values_list("filename", flat=True)
        )
        for step, photos in done.items()
    }


def waiting_for_index() -> int:
    """Return the number of photos whose index entry is missing or outdated."""
    return Photo.objects.exclude(indexed__revision=F("revision")).count()


def given_up() -> dict[str, list[str]]:
    """Return the finally failed steps by file name."""
    steps: dict[str, list[str]] = {}
    for attempt in StepAttempt.objects.select_related("photo").order_by("step"):
        if attempt.is_final:
            steps.setdefault(attempt.photo.filename, []).append(attempt.step)
    return steps


def photo_id(filename: str) -> int:
    return Photo.objects.get(filename=filename).pk


def photos_called(filename: str) -> int:
    return Photo.objects.filter(filename=filename).count()


def photo_count() -> int:
    return Photo.objects.count()


def main() -> None:
    """Answer calls until standard input ends."""
    for line in sys.stdin:
        function, arguments = json.loads(line)
        close_old_connections()
        try:
            answer = {"value": globals()[function](*arguments)}
        except Exception:  # noqa: BLE001 - reported to the caller
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
