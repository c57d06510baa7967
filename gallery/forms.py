"""Forms of the pages: photos, selections, accounts, API tokens and assistants."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from gallery.access.fields import MAX_NUMBER
from gallery.access.tokens import Scope
from gallery.account import Account, Density, Theme
from gallery.assistants import AssistantAccess
from gallery.models import MAX_IMPORTANCE, Photo
from search.models import SavedSearch
from search.saved import MAX_ASSISTANT_SEARCHES, assistant_searches, saved_searches, set_assistant_searches

MONTH = r"^[12][0-9]{3}-(0[1-9]|1[0-2])$"
# Photos in one answer with shapes.
MAX_SHAPES = 2000
MAX_SELECTED = 10_000
MAX_DESCRIPTION = 5000
LONG_DESCRIPTION = _(
    "This description is longer than %(limit)d characters. You can keep it, but a changed one must be shorter."
)


class GalleryForm(forms.Form):
    """The gallery's query string: a month such as 2023-05 and a page within it, or a photo to open it at."""

    month = forms.RegexField(MONTH, required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)
    photo = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)


class PortionForm(forms.Form):
    """A portion of the timeline: its first position in a month, and the highest photo id to include."""

    begin = forms.IntegerField(required=False, min_value=0, max_value=100_000_000)
    newest = forms.IntegerField(required=False, min_value=0, max_value=MAX_NUMBER)


class ShapesForm(PortionForm):
    """A part of the timeline of which scripts need the shapes: also the number of photos."""

    size = forms.IntegerField(min_value=1, max_value=MAX_SHAPES)


class OutlineForm(forms.Form):
    """The place in the timeline around which scripts need the shapes."""

    month = forms.RegexField(MONTH, required=False)
    place = forms.IntegerField(required=False, min_value=0, max_value=100_000_000)


class RangeForm(forms.Form):
    """Photos by date: a month such as 2023-05, a day such as 2023-05-14, or those from `one` photo to the `other`."""

    group = forms.RegexField(r"^[12][0-9]{3}-[01][0-9](-[0-3][0-9])?$", required=False)
    one = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)
    other = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)


class PhotoIdsField(forms.Field):
    """Photo ids, from repeated fields and comma-separated lists such as 1,2,3."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[int]:
        """Return the ids in order, without duplicates."""
        numbers = [number for part in value or [] for number in part.split(",")]
        if not all(re.fullmatch(r"[1-9][0-9]{0,17}", number) for number in numbers):
            raise ValidationError(_("Invalid photo id."))
        if len(numbers) > MAX_SELECTED:
            raise ValidationError(_("Select at most %(limit)d photos at once."), params={"limit": MAX_SELECTED})
        return list(dict.fromkeys(map(int, numbers)))


class NearDuplicatesForm(forms.Form):
    """A page of near-duplicates: the groups after the one with this number."""

    before = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)


class SelectionForm(forms.Form):
    """The photos selected on a page, of any user."""

    photo = PhotoIdsField(label=_("Photos"), error_messages={"required": _("Select at least one photo.")})


class ImportanceForm(SelectionForm):
    """An importance for the selected photos."""

    importance = forms.IntegerField(label=_("Importance"), min_value=0, max_value=MAX_IMPORTANCE)


class TurnForm(SelectionForm):
    """A turn of the selected photos, in degrees clockwise."""

    turn = forms.TypedChoiceField(label=_("Rotate"), choices=[("90", "90"), ("180", "180"), ("270", "270")], coerce=int)


class DescriptionForm(SelectionForm):
    """A description for the selected photos."""

    description = forms.CharField(label=_("Description"), required=False, max_length=MAX_DESCRIPTION)


class PhotoForm(forms.ModelForm):
    """Description and importance. An imported description above the limit is accepted while unchanged."""

    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea({"rows": 3}))
    importance = forms.TypedChoiceField(
        label=_("Importance"),
        choices=[(stars, str(stars)) for stars in range(MAX_IMPORTANCE + 1)],
        coerce=int,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Photo
        fields = ("description", "importance")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.initial.get("description", "")
        field = self.fields["description"]
        field.widget.attrs["maxlength"] = max(MAX_DESCRIPTION, len(stored))
        if len(stored) > MAX_DESCRIPTION:
            field.help_text = LONG_DESCRIPTION % {"limit": MAX_DESCRIPTION}

    def clean_description(self) -> str:
        """Limit the length, except for the stored description with a form's line breaks."""
        given: str = self.cleaned_data["description"]
        stored: str = self.initial.get("description", "")
        if _as_in_form(given) == _as_in_form(stored):
            return stored
        return str(forms.CharField(max_length=MAX_DESCRIPTION, required=False).clean(given))


class PasswordForm(PasswordChangeForm):
    """A new password; `check_password` verifies the old one."""

    def __init__(self, *args: Any, check_password: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.check_password = check_password

    def clean_old_password(self) -> str:
        """Verify the old password through the authentication backends, which count failures."""
        old: str = self.cleaned_data["old_password"]
        if not self.check_password(old):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old


def _as_in_form(text: str) -> str:
    """Return text with normalised line breaks, for comparison with what browsers send."""
    return "\n".join(text.splitlines()).strip()


class PreferencesForm(forms.ModelForm):
    """Language, colours and spacing of the pages."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[
            ("", _("Same as browser")),
            *((code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES),
        ],
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme, widget=forms.RadioSelect)
    density = forms.ChoiceField(label=_("Spacing"), choices=Density, widget=forms.RadioSelect)

    class Meta:
        model = Account
        fields = ("language", "theme", "density")

    def appearance_fields(self) -> list[forms.BoundField]:
        """Return the fields that are groups of radio buttons."""
        return [self["theme"], self["density"]]


class TokenForm(forms.Form):
    """A new API token; the scope `admin` is offered only to administrators."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example “phone” or “backup script”"))
    scopes = forms.MultipleChoiceField(label=_("Permissions"), choices=Scope, widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("no expiry"))],
        coerce=int,
        initial=90,
    )

    def __init__(self, *args: Any, is_administrator: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_administrator:
            scopes = [(value, label) for value, label in Scope.choices if value != Scope.ADMIN]
            self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]


class AssistantForm(forms.ModelForm):
    """The photos that assistants may read."""

    searches = forms.ModelMultipleChoiceField(
        label=_("Saved searches"),
        queryset=SavedSearch.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = self.instance.user
        searches: Any = self.fields["searches"]
        searches.queryset = saved_searches(user=self.user)
        searches.initial = assistant_searches(user=self.user)

    def clean_searches(self) -> QuerySet[SavedSearch]:
        """Limit the number of searches."""
        selected: QuerySet[SavedSearch] = self.cleaned_data["searches"]
        if len(selected) > MAX_ASSISTANT_SEARCHES:
            raise ValidationError(_("Select at most %(limit)d searches."), params={"limit": MAX_ASSISTANT_SEARCHES})
        return selected

    def save(self, commit: bool = True) -> AssistantAccess:
        """Save the access and the selected searches in one transaction."""
        with transaction.atomic():
            set_assistant_searches(self.cleaned_data["searches"], user=self.user)
            access: AssistantAccess = super().save(commit)
        return access

    class Meta:
        model = AssistantAccess
        fields = ("extent", "shows_sensitive")
        labels = {
            "extent": _("Assistants may read"),
            "shows_sensitive": _("Reveal ID, bank-card and phone numbers and one-time codes"),
        }
        widgets = {"extent": forms.RadioSelect}
