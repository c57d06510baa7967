"""What a person may change about a photo and their account, and where in the gallery they are."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from gallery.account import Account, Density
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


class ChoicesForm(forms.ModelForm):
    """How a person wants their pages."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[
            ("", _("that of the browser")),
            *((code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES),
        ],
    )
    density = forms.ChoiceField(label=_("Spacing"), choices=Density, widget=forms.RadioSelect)

    class Meta:
        model = Account
        fields = ("language", "density")
