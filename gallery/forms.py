"""What a person may change about a photo, and where in the gallery they are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.models import MAX_IMPORTANCE, Photo


class GalleryForm(forms.Form):
    """The query string of the gallery: `before` is the number of the photo that ended the page before."""

    before = forms.IntegerField(required=False, min_value=1)


class PhotoForm(forms.ModelForm):
    """Description and importance."""

    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3})
    )
    importance = forms.TypedChoiceField(
        label=_("Importance"),
        choices=[(stars, str(stars)) for stars in range(MAX_IMPORTANCE + 1)],
        coerce=int,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Photo
        fields = ("description", "importance")
