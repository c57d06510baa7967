"""The processing steps, the attempts at them, and index entries still to be removed."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.storage.path_names import without_paths

MAX_ATTEMPTS = 3
# A step that was just started may still be running, and a dependency that failed may need a moment to come back.
RETRY_DELAY = timedelta(seconds=10)


class Step(models.TextChoices):
    """The independent processing steps of a photo."""

    THUMBNAILS = "thumbnails", _("thumbnails")
    METADATA = "metadata", _("metadata")
    EMBEDDING = "embedding", _("image recognition")
    TEXT = "text", _("text recognition")
    INDEX = "index", _("keyword index")


class StepAttempt(models.Model):
    """The attempts at one unfinished step of a photo; deleted when the step succeeds.

    Attempts are counted before the work, so that a killed worker is counted too. `version` is the version of the
    step's output, such as the encoder's model: a new version gets new attempts.
    """

    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="step_attempts")
    step = models.CharField(max_length=10, choices=Step)
    version = models.CharField(max_length=100)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    failed_at = models.DateTimeField(auto_now=True)
    dismissed_at = models.DateTimeField(null=True, help_text="When the failure was taken off the status page.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "step", "version"], name="step_attempt_unique")]
        indexes = [models.Index(fields=["step", "version", "attempts"], name="step_attempt_exhausted")]

    def __str__(self) -> str:
        return f"{self.step} {self.attempts}/{MAX_ATTEMPTS}"

    @property
    def is_final(self) -> bool:
        """True if the step is retried only on request."""
        return self.attempts >= MAX_ATTEMPTS

    @property
    def reason(self) -> str:
        """Return `error` for administrators; of an exception only its name, as its message may hold private data."""
        name, colon, _message = self.error.partition(": ")
        return name if colon and name.isidentifier() else without_paths(self.error)


class DocumentRemoval(models.Model):
    """A deleted or broken photo whose document may still be in the keyword index."""

    photo_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.photo_id)
