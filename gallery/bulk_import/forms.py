"""Forms of imports: the options of a new one, and the filter of its list of files."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from gallery.albums.making import MAX_NAME
from gallery.bulk_import.creation import ARCHIVE_GONE, ImportOptions
from gallery.models import MAX_IMPORTANCE, Album, ImportItem, ImportJob, PartialUpload
from gallery.sources import PROFILES
from gallery.sources.archives import ARCHIVE_SUFFIXES
from gallery.storage.partial_uploads import waiting_archives

MAX_SIDE = 100_000
SUGGESTED_ALBUMS = 200
# Browsers compare only the last suffix of a name: `.gz` for `.tar.gz`.
ACCEPTED_ARCHIVES = ",".join(sorted({f".{suffix.rpartition('.')[2]}" for suffix in ARCHIVE_SUFFIXES}))
# Names that are the same in all languages are not translated.
PROFILE_NAMES = {
    "auto": _("detect from folder names"),
    "plain": _("plain folders"),
    "wechat": "WeChat · 微信",
    "qq": "QQ",
    "dingtalk": "DingTalk · 钉钉",
    "apple": _("iPhone, iPad, iTunes"),
    "takeout": "Google Takeout",
}


class ImportForm(forms.Form):
    """A new import: its source (a folder, an archive, or an archive uploaded before) and its options.

    Administrators may choose another owner.
    """

    archive = forms.FileField(
        label=_("Archive (zip, tgz, tar)"), required=False, widget=forms.FileInput({"accept": ACCEPTED_ARCHIVES})
    )
    upload = forms.ModelChoiceField(
        queryset=PartialUpload.objects.none(), required=False, error_messages={"invalid_choice": ARCHIVE_GONE}
    )
    folder = forms.CharField(required=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        label=_("Import into the gallery of"), queryset=User.objects.none(), empty_label=None
    )
    mode = forms.ChoiceField(
        label=_("Files"),
        choices=ImportJob.Mode.choices,
        initial=ImportJob.Mode.COPY,
        required=False,
        widget=forms.RadioSelect,
    )
    profile = forms.ChoiceField(
        label=_("Source"), choices=[(name, PROFILE_NAMES[name]) for name in PROFILES], initial="auto"
    )
    importance = forms.TypedChoiceField(
        label=_("Importance"),
        choices=[(stars, str(stars)) for stars in range(MAX_IMPORTANCE + 1)],
        coerce=int,
        initial=0,
    )
    album = forms.CharField(
        label=_("Add the photos to album"),
        required=False,
        max_length=MAX_NAME,
        widget=forms.TextInput({"list": "albums", "autocomplete": "off"}),
    )
    makes_albums = forms.BooleanField(label=_("Make an album of each folder"), required=False)
    min_side = forms.IntegerField(
        label=_("Skip pictures smaller than (pixels)"), min_value=0, max_value=MAX_SIDE, initial=0, required=False
    )
    ignore = forms.CharField(
        label=_("Skip paths that match these patterns (one per line)"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2, "placeholder": "*/thumbnails/*"}),
    )
    wants_embedding = forms.BooleanField(label=_("Make them searchable by content"), initial=True, required=False)
    wants_text = forms.BooleanField(label=_("Recognise their text"), initial=True, required=False)
    archives = forms.BooleanField(label=_("Put the photos in the archive"), required=False)
    watch = forms.BooleanField(label=_("Keep watching this folder"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(is_active=True) if user.is_staff else User.objects.filter(pk=user.pk)
        owner.queryset = owner.queryset.order_by("username")
        owner.initial = user.pk
        owner.required = False
        upload: Any = self.fields["upload"]
        upload.queryset = waiting_archives(owner=user)
        self.user = user

    @property
    def album_names(self) -> list[str]:
        """The names of the user's latest albums, to choose from; every other name can be typed."""
        latest = Album.objects.visible_to(self.user).order_by("-changed_at", "-pk")
        return list(latest.values_list("name", flat=True)[:SUGGESTED_ALBUMS])

    def clean_owner(self) -> User:
        """Return the chosen owner, by default the user."""
        return self.cleaned_data["owner"] or self.user

    def clean_ignore(self) -> list[str]:
        """Split the text into patterns."""
        return [line.strip() for line in self.cleaned_data["ignore"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        """Require a folder, an archive or an upload."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(place) for place in ("folder", "archive", "upload")):
            raise forms.ValidationError(_("Select a folder or an archive."))
        return cleaned

    def options(self, *, state: ImportJob.State) -> ImportOptions:
        """Return the options of the import; archives are always copied, once."""
        cleaned = self.cleaned_data
        is_archive = bool(cleaned["archive"] or cleaned["upload"])
        return ImportOptions(
            mode=ImportJob.Mode.COPY if is_archive else cleaned["mode"] or ImportJob.Mode.COPY,
            profile=cleaned["profile"],
            importance=cleaned["importance"],
            album=cleaned["album"],
            makes_albums=cleaned["makes_albums"],
            archives=cleaned["archives"],
            min_side=cleaned["min_side"] or 0,
            ignore=cleaned["ignore"],
            wants_embedding=cleaned["wants_embedding"],
            wants_text=cleaned["wants_text"],
            watch=cleaned["watch"] and not is_archive,
            state=state,
        )


class FilesForm(forms.Form):
    """The query string of an import's list of files: a verdict, and the id of the last item of the page before."""

    verdict = forms.ChoiceField(choices=[("", ""), *ImportItem.Verdict.choices], required=False)
    after = forms.IntegerField(required=False, min_value=0)
