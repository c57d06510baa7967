"""The form that makes or changes an album."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.access.fields import MAX_NUMBER
from gallery.albums.making import MAX_DESCRIPTION
from gallery.models import Album


class AlbumIdForm(forms.Form):
    """The id of an album; whether the user has it is not checked."""

    album = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)


class AlbumNameForm(forms.ModelForm):
    """The name of a new album."""

    class Meta:
        model = Album
        fields: tuple[str, ...] = ("name",)
        labels = {"name": _("Name")}


class AlbumForm(AlbumNameForm):
    """Name, description and order of an album."""

    description = forms.CharField(
        label=_("Description"), required=False, max_length=MAX_DESCRIPTION, widget=forms.Textarea({"rows": 3})
    )
    shows_latest = forms.BooleanField(label=_("Show the latest photo as cover"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance.cover_id:
            del self.fields["shows_latest"]

    def changes(self) -> dict[str, Any]:
        """Return the new values of the album's fields."""
        values = dict(self.cleaned_data)
        if values.pop("shows_latest", False):
            values["cover"] = None
        return values

    class Meta(AlbumNameForm.Meta):
        fields = ("name", "description", "order")
        labels = {"name": _("Name"), "order": _("Order")}


class PutBackForm(forms.Form):
    """Photos and their places in an album, such as `5:1.0,8:2.5`."""

    places = forms.RegexField(
        r"\A[0-9]{1,18}:[0-9]{1,9}(\.[0-9]{1,17})?(,[0-9]{1,18}:[0-9]{1,9}(\.[0-9]{1,17})?)*\Z", max_length=20_000
    )

    def clean_places(self) -> dict[int, float]:
        """Return the positions by photo."""
        pairs = (pair.split(":") for pair in self.cleaned_data["places"].split(","))
        return {int(photo_id): float(position) for photo_id, position in pairs}
