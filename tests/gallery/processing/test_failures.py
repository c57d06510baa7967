"""Failed photos are listed for their owner until they are retried or dismissed."""

import pytest
from django.utils import timezone, translation

from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.attempts import run_step
from gallery.processing.failures import (
    count_failed_photos,
    describe_failures,
    dismiss_failures,
    failed_attempts,
    failed_photos,
    failure_sentence,
    retry_failures,
)

V = "v1"


def fail(photo: Photo, step: Step = Step.TEXT, *, attempts: int = MAX_ATTEMPTS, error: str = "Unreadable.") -> None:
    StepAttempt.objects.create(photo=photo, step=step, version=V, attempts=attempts, error=error)


def break_file(photo: Photo) -> None:
    fail(photo, Step.THUMBNAILS, attempts=1, error="The file is damaged.")
    Photo.objects.filter(pk=photo.pk).update(defect="The file is damaged.")


@pytest.mark.parametrize(
    ("attempts", "error", "counts"),
    [
        pytest.param(MAX_ATTEMPTS, "Unreadable.", True, id="exhausted"),
        pytest.param(MAX_ATTEMPTS, "", True, id="died"),
        pytest.param(MAX_ATTEMPTS - 1, "Unreadable.", False, id="will be retried"),
        pytest.param(1, "", False, id="running"),
        pytest.param(0, "It sleeps.", False, id="waits for a dependency"),
    ],
)
def test_counts_exhausted_attempts_only(store, owner, attempts, error, counts):
    fail(store(), attempts=attempts, error=error)
    assert count_failed_photos(user=owner) == count_failed_photos() == int(counts)


def test_lists_own_photos_outside_trash_latest_first(store, owner, django_user_model):
    first, second, trashed, fine = (store() for _ in range(4))
    for photo in (first, second, trashed):
        fail(photo)
    Photo.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    stranger = django_user_model.objects.create_user("stranger")
    assert [photo.pk for photo in failed_photos(user=owner)] == [second.pk, first.pk]
    assert not failed_photos(user=stranger).exists()
    assert fine.pk not in failed_attempts().values_list("photo", flat=True)


def test_says_once_that_a_file_is_broken(store, owner):
    photo = store()
    break_file(photo)
    fail(photo, Step.EMBEDDING)
    fail(photo, Step.INDEX, error="Refused.")
    (item,) = describe_failures(failed_photos(user=owner))
    assert item.sentences == ("The file is damaged.", "Keyword index failed: Refused.")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("ZeroDivisionError: secret.png", "An unexpected error stopped the processing (ZeroDivisionError)."),
        ("", "Processing stopped every time. The picture may be damaged or too large."),
        ("Unreadable.", "Unreadable."),
    ],
)
def test_describes_failure_in_a_sentence(error, words):
    assert failure_sentence(StepAttempt(error=error)) == words


def test_translates_sentences(store, owner):
    fail(store(), error="The original file is missing or cannot be read.")
    with translation.override("zh-hans"):
        ((sentence,),) = (item.sentences for item in describe_failures(failed_photos(user=owner)))
    assert sentence.startswith("文字识别失败：")
    assert "original" not in sentence


@pytest.mark.parametrize("break_it", [fail, break_file], ids=["exhausted", "broken"])
def test_dismissed_photo_is_not_counted(store, owner, break_it):
    photo, other = store(), store()
    break_it(photo)
    fail(other)
    assert dismiss_failures(failed_attempts().filter(photo=photo)) == 1
    assert [item.pk for item in failed_photos(user=owner)] == [other.pk]
    assert dismiss_failures(failed_attempts().filter(photo=photo)) == 0


def test_retried_photo_awaits_its_step_again(store, owner):
    photo = store()
    break_file(photo)
    assert not Photo.objects.missing_thumbnails().exists()
    assert retry_failures(failed_attempts()) == 1
    assert not failed_photos(user=owner).exists()
    assert list(Photo.objects.missing_thumbnails()) == [photo]


def test_another_failure_takes_dismissal_back(store, owner):
    photo = store()
    fail(photo, attempts=MAX_ATTEMPTS - 1)
    StepAttempt.objects.update(dismissed_at=timezone.now())
    run_step(Step.TEXT, V, [photo], work=lambda photos: {photos[0].pk: "Unreadable."})
    assert list(failed_photos(user=owner)) == [photo]


def test_dismissed_photos_are_not_expected_to_pass(store):
    failed, broken, refused, fine = (store() for _ in range(4))
    fail(failed)
    break_file(broken)
    Photo.objects.filter(pk=refused.pk).update(wants_text=False)
    assert set(Photo.objects.expected_to_pass(Step.TEXT, V)) == {failed, broken, fine}
    dismiss_failures(failed_attempts())
    assert set(Photo.objects.expected_to_pass(Step.TEXT, V)) == {fine}
    assert set(Photo.objects.expected_to_pass(Step.TEXT, "v2")) == {failed, fine}
    assert set(Photo.objects.expected_to_pass(Step.INDEX, V)) == {failed, broken, refused, fine}
    assert fine in Photo.objects.expected_to_pass(Step.THUMBNAILS, str(THUMBNAIL_VERSION))
