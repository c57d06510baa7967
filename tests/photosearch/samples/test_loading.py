"""The samples are an import that can be undone, with the credits of the photographs."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.bulk_import.run import run_job
from gallery.bulk_import.samples import sample_import
from gallery.models import Photo
from photosearch.samples.catalogue import FIRST_PICTURES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]


def test_import_is_undone_and_made_again(capsys: Any) -> None:
    owner = User.objects.create_user("mei")
    call_command("load_samples", owner="mei")
    photos = Photo.objects.filter(owner=owner)
    assert photos.count() == len(FIRST_PICTURES)
    receipt = photos.get(filename="IMG_20230812_1831.jpg")
    assert (receipt.width < receipt.height, receipt.taken_at.isoformat()) == (True, "2023-08-12T18:31:05")
    credited = photos.get(filename="china.jpg")
    assert credited.description == "Photograph: danielbuechele (flickr.com), CC BY 2.0, from scikit-learn"
    assert photos.filter(taken_at=None).count() == 0

    call_command("load_samples", owner="mei")
    assert photos.count() == len(FIRST_PICTURES)
    assert capsys.readouterr().out.splitlines()[1] == "mei has the sample pictures already."

    job = sample_import(owner=owner)
    assert apply_action(job, ImportAction.UNDO, user=owner)
    run_job(job.pk)
    assert photos.count() == 0
    assert sample_import(owner=owner) is None


def test_loading_for_unknown_user_explains_the_error() -> None:
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("load_samples", owner="nobody")
