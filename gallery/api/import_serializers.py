"""API representations of imports and their items, and the options and actions that clients may send."""

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
from gallery.albums.making import MAX_NAME
from gallery.bulk_import.actions import ImportAction, possible_actions
from gallery.bulk_import.forms import MAX_SIDE
from gallery.bulk_import.reasons import explain, reason_text
from gallery.bulk_import.safety import MAX_LENGTH_OF_PATTERNS, MAX_PATTERN_LENGTH, MAX_PATTERNS
from gallery.models import MAX_IMPORTANCE, ImportItem, ImportJob
from gallery.serializers import shows_paths
from gallery.sources import PROFILES

MAX_PATH = 4096
OWNER = "User name of the gallery's owner; yourself by default. Other users need an administrator with scope `admin`."
CHECK = "True: only check, and wait for the action `start`. Only for imports into your own gallery."
PATTERNS = "Patterns in .gitignore syntax for files to skip"
FEATURES = "Make the photos searchable by content."
TEXT = "Recognise the text in the photos."
ALBUM = "Name of the album that the photos are added to; made unless the owner has one of this name."
MAKES_ALBUMS = "Make an album of each folder of pictures; folders of Google Takeout are albums in any case."
ARCHIVES = "Put the photos in the archive."


class ImportFields(StrictSerializer):
    """Options of an import in JSON."""

    owner = NonBlankString(required=False, max_length=150, help_text=OWNER)
    check = JsonBoolean(default=True, help_text=CHECK)
    profile = serializers.ChoiceField(PROFILES, default="auto", help_text="Kind of source; detected by default.")
    importance = JsonInteger(default=0, min_value=0, max_value=MAX_IMPORTANCE)
    album = StrictString(default="", allow_blank=True, max_length=MAX_NAME, help_text=ALBUM)
    makes_albums = JsonBoolean(default=False, help_text=MAKES_ALBUMS)
    archives = JsonBoolean(default=False, help_text=ARCHIVES)
    min_side = JsonInteger(
        default=0, min_value=0, max_value=MAX_SIDE, help_text="Skip pictures with a side below this."
    )
    ignore = serializers.ListField(
        child=NonBlankString(max_length=MAX_PATTERN_LENGTH),
        default=list,
        max_length=MAX_PATTERNS,
        help_text=f"{PATTERNS}.",
    )
    wants_embedding = JsonBoolean(default=True, help_text=FEATURES)
    wants_text = JsonBoolean(default=True, help_text=TEXT)


class FolderImport(ImportFields):
    """Import of a folder on the server."""

    folder = NonBlankString(
        max_length=MAX_PATH, trim_whitespace=False, help_text="Folder on the server, as named by `imports/folders/`."
    )
    mode = serializers.ChoiceField(ImportJob.Mode.choices, default=ImportJob.Mode.COPY)
    watch = JsonBoolean(default=False, help_text="Also import files added to the folder later.")


class UploadedArchiveImport(ImportFields):
    """Import of an archive that was uploaded in pieces."""

    upload = serializers.UUIDField(help_text="Value of `upload` in the answer to the last piece.")


class ArchiveImportQuery(QuerySerializer):
    """Options of an archive's import as query parameters."""

    owner = StrictString(required=False, max_length=150, help_text=OWNER)
    check = QueryBoolean(default=True, required=False, help_text=CHECK)
    profile = serializers.ChoiceField(PROFILES, default="auto", required=False)
    importance = QueryInteger(default=0, required=False, min_value=0, max_value=MAX_IMPORTANCE)
    album = StrictString(default="", required=False, max_length=MAX_NAME, help_text=ALBUM)
    makes_albums = QueryBoolean(default=False, required=False, help_text=MAKES_ALBUMS)
    archives = QueryBoolean(default=False, required=False, help_text=ARCHIVES)
    min_side = QueryInteger(default=0, required=False, min_value=0, max_value=MAX_SIDE)
    ignore = StrictString(
        default="",
        required=False,
        max_length=MAX_LENGTH_OF_PATTERNS,
        help_text=f"{PATTERNS}, one per line.",
    )
    wants_embedding = QueryBoolean(default=True, required=False, help_text=FEATURES)
    wants_text = QueryBoolean(default=True, required=False, help_text=TEXT)

    def validate_ignore(self, text: str) -> list[str]:
        """Split the text into patterns."""
        return [line.strip() for line in text.splitlines() if line.strip()]


class ImportActionSerializer(StrictSerializer):
    """Action to apply to an import."""

    action = serializers.ChoiceField(ImportAction.values)


class Counts(serializers.Serializer):
    """Number of files by verdict."""

    new = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Files imported before from the same path.")
    skipped = serializers.IntegerField(help_text="Files skipped.")
    failed = serializers.IntegerField(help_text="Files that cannot be read.")
    bytes = serializers.IntegerField(help_text="Size of the new files.")
    reasons = serializers.DictField(child=serializers.IntegerField(), help_text="Number of skipped files by reason.")
    dates = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Number of new files by source of their date; empty source: no date.",
    )


class ImportSerializer(serializers.ModelSerializer):
    """An import with its options, progress and results."""

    owner = serializers.CharField(source="owner.username", read_only=True, help_text="User name of the owner.")
    roots = serializers.SerializerMethodField(
        help_text="Path from the import root or archive; the full path for administrators."
    )
    profile = serializers.ChoiceField(PROFILES, read_only=True)
    importance = serializers.IntegerField(min_value=0, max_value=MAX_IMPORTANCE, read_only=True)
    album = serializers.SerializerMethodField(
        help_text="Name of the album that the photos are added to; empty unless you are the owner."
    )
    ignore = serializers.ListField(child=serializers.CharField(), read_only=True)
    error = serializers.SerializerMethodField(help_text="Why the import stopped; often empty.")
    expected_files = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Number of files; null: not counted yet."
    )
    seen = serializers.IntegerField(read_only=True, help_text="Number of files processed in the current state.")
    preview_counts = serializers.SerializerMethodField(help_text="Result of the check; null unless you are the owner.")
    import_counts = serializers.SerializerMethodField(help_text="Result so far; null unless you are the owner.")
    actions = serializers.SerializerMethodField(help_text="Actions that are possible now.")
    removed_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When a waiting import is cancelled and its archive removed, unless it is started or resumed.",
    )

    class Meta:
        model = ImportJob
        fields = (
            *("id", "owner", "roots", "mode", "profile", "importance", "album", "makes_albums", "archives", "min_side"),
            "ignore",
            *(
                "wants_embedding",
                "wants_text",
                "watch",
                "state",
                "error",
                "expected_files",
                "seen",
                "preview_counts",
                "import_counts",
                "actions",
            ),
            *("created_at", "finished_at", "removed_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_roots(self, job: ImportJob) -> list[str]:
        """Return the roots as the reader may see them."""
        places = job.places(shows_paths=shows_paths(self))
        return [places.name(root) for root in job.roots]

    def get_album(self, job: ImportJob) -> str:
        return job.album.name if job.album and self._is_owner(job) else ""

    def get_error(self, job: ImportJob) -> str:
        return job.places(shows_paths=shows_paths(self)).in_words(reason_text(job.error))

    @extend_schema_field(Counts(allow_null=True))
    def get_preview_counts(self, job: ImportJob) -> dict[str, Any] | None:
        return _counts(job.preview_counts) if self._is_owner(job) else None

    @extend_schema_field(Counts(allow_null=True))
    def get_import_counts(self, job: ImportJob) -> dict[str, Any] | None:
        return _counts(job.import_counts) if self._is_owner(job) else None

    def _is_owner(self, job: ImportJob) -> bool:
        """Return whether the reader owns the gallery; counts of duplicates would reveal its files to others."""
        return bool(self.context["request"].user.pk == job.owner_id)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(ImportAction.values)))
    def get_actions(self, job: ImportJob) -> list[ImportAction]:
        return possible_actions(job)


class ItemSerializer(serializers.ModelSerializer):
    """A file of an import with its verdict, or the verdict that the check expects."""

    path = serializers.SerializerMethodField(
        help_text="Path from the import root or archive; the full path for administrators."
    )
    reason = serializers.CharField(
        read_only=True, help_text="Identifier of the reason for skipped files, or a sentence; often empty."
    )
    explanation = serializers.SerializerMethodField(help_text="The reason as a sentence.")
    photo_id = serializers.IntegerField(read_only=True, allow_null=True)
    sha256 = serializers.CharField(read_only=True, help_text="Empty if the file was not read.")

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
        return explain(item)


def _counts(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return all counts, with 0 for those missing in `numbers`."""
    names = (*ImportItem.Verdict.values, "bytes")
    counts = {name: numbers.get(name, 0) for name in names}
    return counts | {name: numbers.get(name, {}) for name in ("reasons", "dates")}
