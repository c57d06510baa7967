"""What the tests do and see inside the site, beside its pages: called in a process of the site's (`Site.inside`).

`python -m tests.e2e.inside` reads calls from its standard input, and writes answers: a line of JSON for each.
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
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt  # noqa: E402
from gallery.pictures.images import THUMBNAIL_VERSION  # noqa: E402
from search.keywords import index  # noqa: E402
from search.models import PhotoEmbedding, PhotoText  # noqa: E402
from search.ocr import reader  # noqa: E402
from tests.near_misses import near_misses, picture_of  # noqa: E402


def add_user(username: str, password: str, is_administrator: bool) -> None:
    """Make another person."""
    User.objects.create_user(username, password=password, is_staff=is_administrator, is_superuser=is_administrator)


def issue_key(username: str, *scopes: str) -> str:
    """A key of a person's."""
    return issue_token("test", user=User.objects.get(username=username), scopes=scopes)[1]


def add_near_misses(owner: str, count: int) -> None:
    """Store pictures of texts that nearly say what is searched for, their text being known without reading them.

    The rows of text enter beside the photos, in one transaction; everything else is done by the workers.
    """
    user, engine = User.objects.get(username=owner), reader.engine_version()
    with transaction.atomic():
        for number, text in enumerate(near_misses(count)):
            photo, _ = store_upload(BytesIO(picture_of(text)), owner=user, filename=f"near-{number}.png")
            PhotoText.objects.create(photo=photo, owner=user, engine=engine, text=text)


def add_backlog(owner: str, count: int) -> None:
    """Insert photos as an import does: rows and files, and nobody told."""
    user = User.objects.get(username=owner)
    with transaction.atomic():
        for number in range(count):
            picture = picture_of(f"archive sheet {number:06}")
            store_upload(BytesIO(picture), owner=user, filename=f"archive-{number}.png")
        transaction.get_connection().run_on_commit.clear()


def remove_photos(prefix: str) -> None:
    """Delete the photos whose file names begin so."""
    from gallery.photos.deletion import delete_photos

    for owner in User.objects.all():
        delete_photos(Photo.objects.filter(owner=owner, filename__startswith=prefix), user=owner)


def unfinished(prefix: str = "") -> dict[str, list[str]]:
    """For each step the file names, of those that begin with `prefix`, that it has not done and not given up."""
    alive = Photo.objects.filter(defect="", filename__startswith=prefix)
    done = {
        Step.THUMBNAILS: alive.filter(thumbnail_version=THUMBNAIL_VERSION),
        Step.TEXT: alive.filter(text__engine=reader.engine_version()),
        Step.INDEX: alive.filter(indexed__revision=F("revision"), indexed__mapping=index.mapping_version()),
    }
    # ConSE's, as long as there are no weights for CLIP; before the first, none is done.
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
    """How many photos the index does not hold as they are now."""
    return Photo.objects.exclude(indexed__revision=F("revision")).count()


def given_up() -> dict[str, list[str]]:
    """The steps that nothing tries again, by file name."""
    steps: dict[str, list[str]] = {}
    for attempt in StepAttempt.objects.select_related("photo").order_by("step"):
        if attempt.is_final:
            steps.setdefault(attempt.photo.filename, []).append(attempt.step)
    return steps


def photo_id(filename: str) -> int:
    """The id of the photo of that name."""
    return Photo.objects.get(filename=filename).pk


def photos_called(filename: str) -> int:
    """How many photos have that name."""
    return Photo.objects.filter(filename=filename).count()


def photo_count() -> int:
    """How many photos there are."""
    return Photo.objects.count()


def main() -> None:
    """Answer one call after the other, until nobody asks any more."""
    for line in sys.stdin:
        function, arguments = json.loads(line)
        close_old_connections()
        try:
            answer = {"value": globals()[function](*arguments)}
        except Exception:  # noqa: BLE001 - the one who asked hears of it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
