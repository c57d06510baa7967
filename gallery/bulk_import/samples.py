"""The import of the sample pictures, as long as it is not undone."""

from django.contrib.auth.models import AbstractBaseUser

from gallery.models import ImportJob


def sample_import(*, owner: AbstractBaseUser) -> ImportJob | None:
    """Return the latest import of samples that is not undone."""
    gone = (ImportJob.State.UNDOING, ImportJob.State.UNDONE)
    return ImportJob.objects.filter(owner_id=owner.pk, is_sample=True).exclude(state__in=gone).order_by("-pk").first()
