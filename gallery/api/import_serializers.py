"""What the API says of imports, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.access.fields import (
    JsonBoolean,
    JsonInteger,
    NonBlankString,
    QueryBoolean,
    QueryInteger,
    QuerySerializer,
    StrictSerializer,
    StrictString,
)
from gallery.bulk_import.actions import ImportAction, possible_actions
from gallery.bulk_import.forms import MAX_SIDE
from gallery.bulk_import.reasons import in_words
from gallery.bulk_import.safety import MAX_LENGTH_OF_PATTERNS, MAX_PATTERN_LENGTH, MAX_PATTERNS
from gallery.models import MAX_IMPORTANCE, ImportItem, ImportJob
from gallery.serializers import shows_paths
from gallery.sources import PROFILES

MAX_PATH = 4096
OWNER = "Into whose gallery, by their user name, else your own; that takes an administrator with the scope `admin` too."


class Options(StrictSerializer):
    """What becomes of the pictures."""

    owner = NonBlankString(required=False, max_length=150, help_text=OWNER)
    check = JsonBoolean(
        default=True,
        help_text="Check first and wait for the start; only for imports into your own gallery.",
    )
    profile = serializers.ChoiceField(PROFILES, default="auto", help_text="Which source the files are read as.")
    importance = JsonInteger(default=0, min_value=0, max_value=MAX_IMPORTANCE)
    min_side = JsonInteger(default=0, min_value=0, max_value=MAX_SIDE, help_text="Smaller pictures are passed over.")
    ignore = serializers.ListField(
        child=NonBlankString(max_length=MAX_PATTERN_LENGTH),
        default=list,
        max_length=MAX_PATTERNS,
        help_text="Patterns in the syntax of .gitignore.",
    )
    wants_embedding = JsonBoolean(default=True, help_text="Find them by what they show.")
    wants_text = JsonBoolean(default=True, help_text="Recognise the text in them.")


class FolderImport(Options):
    """A folder, and what becomes of the pictures in it."""

    folder = NonBlankString(
        max_length=MAX_PATH, trim_whitespace=False, help_text="Folder on the server, as named by `imports/folders/`."
    )
    mode = serializers.ChoiceField(ImportJob.Mode.choices, default=ImportJob.Mode.COPY)
    watch = JsonBoolean(default=False, help_text="Import what comes into the folder later, too.")


class SentImport(Options):
    """An archive that came in pieces, and what becomes of the pictures in it."""

    upload = serializers.UUIDField(help_text="As the answer to its last piece names it.")


class NewArchive(QuerySerializer):
    """What becomes of the pictures in an archive that is sent."""

    owner = StrictString(required=False, max_length=150, help_text=OWNER)
    check = QueryBoolean(
        default=True,
        required=False,
        help_text="Check first and wait for the start; only for imports into your own gallery.",
    )
    profile = serializers.ChoiceField(PROFILES, default="auto", required=False)
    importance = QueryInteger(default=0, required=False, min_value=0, max_value=MAX_IMPORTANCE)
    min_side = QueryInteger(default=0, required=False, min_value=0, max_value=MAX_SIDE)
    ignore = StrictString(
        default="",
        required=False,
        max_length=MAX_LENGTH_OF_PATTERNS,
        help_text="Patterns in the syntax of .gitignore, one per line.",
    )
    wants_embedding = QueryBoolean(default=True, required=False, help_text="Find them by what they show.")
    wants_text = QueryBoolean(default=True, required=False, help_text="Recognise the text in them.")

    def validate_ignore(self, text: str) -> list[str]:
        """The patterns."""
        return [line.strip() for line in text.splitlines() if line.strip()]


class Action(StrictSerializer):
    """What to do."""

    action = serializers.ChoiceField(ImportAction.values)


class Counts(serializers.Serializer):
    """How many files came to which verdict."""

    new = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Imported before, from the same place.")
    skipped = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="They cannot be read.")
    bytes = serializers.IntegerField(help_text="Of the new ones.")
    reasons = serializers.DictField(child=serializers.IntegerField(), help_text="Why files were passed over.")
    dates = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="How the dates of the new ones are known; the empty word: not at all.",
    )


class ImportSerializer(serializers.ModelSerializer):
    """An import."""

    owner = serializers.CharField(source="owner.username", read_only=True, help_text="Into whose gallery.")
    roots = serializers.SerializerMethodField(
        help_text="Path from the import root or archive; the full path for administrators."
    )
    profile = serializers.ChoiceField(PROFILES, read_only=True)
    importance = serializers.IntegerField(min_value=0, max_value=MAX_IMPORTANCE, read_only=True)
    ignore = serializers.ListField(child=serializers.CharField(), read_only=True)
    error = serializers.SerializerMethodField(help_text="Why it stopped; often empty.")
    expected_files = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Files; null: not counted yet."
    )
    seen = serializers.IntegerField(read_only=True, help_text="Files looked at in the present state.")
    foreseen = serializers.SerializerMethodField(help_text="Result of the check; null unless you own the gallery.")
    done = serializers.SerializerMethodField(help_text="Result so far; null unless you own the gallery.")
    actions = serializers.SerializerMethodField(help_text="What it can be told now.")
    removed_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When the waiting import is cancelled and its archive removed, unless it is started or continued.",
    )

    class Meta:
        model = ImportJob
        fields = (
            *("id", "owner", "roots", "mode", "profile", "importance", "min_side", "ignore", "wants_embedding"),
            *("wants_text", "watch", "state", "error", "expected_files", "seen", "foreseen", "done", "actions"),
            *("created_at", "finished_at", "removed_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_roots(self, job: ImportJob) -> list[str]:
        """Return the roots as the reader may see them."""
        places = job.places(shows_paths=shows_paths(self))
        return [places.name(root) for root in job.roots]

    def get_error(self, job: ImportJob) -> str:
        """In words."""
        return job.places(shows_paths=shows_paths(self)).in_words(in_words(job.error))

    @extend_schema_field(Counts(allow_null=True))
    def get_foreseen(self, job: ImportJob) -> dict[str, Any] | None:
        """By the check."""
        return _counts(job.preview_counts) if self._is_owner(job) else None

    @extend_schema_field(Counts(allow_null=True))
    def get_done(self, job: ImportJob) -> dict[str, Any] | None:
        """So far."""
        return _counts(job.import_counts) if self._is_owner(job) else None

    def _is_owner(self, job: ImportJob) -> bool:
        """Return whether the reader owns the gallery; counts of duplicates would reveal its files to others."""
        return bool(self.context["request"].user.pk == job.owner_id)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(ImportAction.values)))
    def get_actions(self, job: ImportJob) -> list[ImportAction]:
        """Now."""
        return possible_actions(job)


class ItemSerializer(serializers.ModelSerializer):
    """What became of a file, or what the check foresees."""

    path = serializers.SerializerMethodField(
        help_text="Path from the import root or archive; the full path for administrators."
    )
    reason = serializers.CharField(
        read_only=True, help_text="A word for programs, or a sentence; empty: there is none."
    )
    explanation = serializers.SerializerMethodField(help_text="The reason for people.")
    photo_id = serializers.IntegerField(read_only=True, allow_null=True)
    sha256 = serializers.CharField(read_only=True, help_text="Empty: the file was not read.")

    class Meta:
        model = ImportItem
        fields = (
            *("path", "verdict", "reason", "explanation", "is_preview", "photo_id", "sha256", "size", "modified_at"),
        )
        read_only_fields = fields

    def get_path(self, item: ImportItem) -> str:
        """Return the path as the reader may see it."""
        return item.job.places(shows_paths=shows_paths(self)).name(item.path)

    def get_explanation(self, item: ImportItem) -> str:
        """In words."""
        return in_words(item.reason)


def _counts(numbers: dict[str, Any]) -> dict[str, Any]:
    """With a nought for what was not counted."""
    names = (*ImportItem.Verdict.values, "bytes")
    counts = {name: numbers.get(name, 0) for name in names}
    return counts | {name: numbers.get(name, {}) for name in ("reasons", "dates")}
