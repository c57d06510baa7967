"""The pages of starred and archived photos, and the rules of the archive."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.claims.archiving import source_key
from gallery.forms import SelectionForm
from gallery.models import Album, ArchiveRule, Photo
from gallery.photos.archiving import MAX_RULES, TooManyRules, add_rule, archive_photos, remove_rule, rules_of
from gallery.photos.scopes import Scope, View
from gallery.photos.statements import apply_statement
from gallery.views.selection import gone_message, revert_address, selected_photos, valid_form
from gallery.views.timeline import timeline_context


class RuleForm(forms.ModelForm):
    """A rule: photos of a kind, in an album, or from folders with a part in their paths."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "—"), *Photo.Kind.choices], required=False)
    album = forms.ModelChoiceField(
        label=gettext_lazy("Album"), queryset=Album.objects.none(), required=False, empty_label="—"
    )
    source = forms.CharField(
        label=gettext_lazy("Part of the folder or path"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"placeholder": "WeChat"}),
    )

    class Meta:
        model = ArchiveRule
        fields = ("kind", "album", "source")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, prefix="rule")
        albums: Any = self.fields["album"]
        albums.queryset = Album.objects.visible_to(user).order_by("name", "pk")

    def clean_source(self) -> str:
        """Refuse a text by which nothing can be found."""
        source: str = self.cleaned_data["source"]
        if source and not source_key(source):
            raise ValidationError(_("Enter part of a folder's name or path."))
        return source

    def clean(self) -> dict[str, Any]:
        """Require one of the three."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and sum(bool(data.get(name)) for name in self.fields) != 1:
            raise ValidationError(_("Choose one of the three: a kind, an album, or part of a path."))
        return data

    def _post_clean(self) -> None:
        """Leave the constraints to `add_rule`, which knows the owner."""
        for name in self.fields:
            setattr(self.instance, name, self.cleaned_data.get(name) or (None if name == "album" else ""))


class ArchiveForm(SelectionForm):
    """Photos to put in the archive (1), to take out (0), or to move to the other side (empty)."""

    archived = forms.TypedChoiceField(
        label=gettext_lazy("Archive"),
        choices=[("1", "1"), ("0", "0")],
        coerce=lambda text: text == "1",
        empty_value=None,
        required=False,
    )


@require_safe
def show_starred(request: PageRequest) -> HttpResponse:
    """Show the photos with stars by date."""
    context = timeline_context(Scope(View.STARRED), query=request.GET, user=request.user)
    return render(request, "gallery/photos/starred.html", context)


@require_safe
def show_archive(request: PageRequest) -> HttpResponse:
    """Show the archived photos by date, and the rules."""
    return _archive_page(request, RuleForm(user=request.user))


@require_POST
def archive_selection(request: PageRequest) -> HttpResponse:
    """Put the selected photos in the archive, or take them out."""
    form = valid_form(request, ArchiveForm)
    archived = form.cleaned_data["archived"]
    photos = selected_photos(form)
    statement = archive_photos(archived=archived)
    outcome = apply_statement(photos, user=request.user, statement=statement)
    if not outcome.count:
        raise BadRequest(gone_message(form))
    in_archive = photos.visible_to(request.user).filter(is_archived=True).count()
    return respond_with_message(
        request, _moved_message(outcome.count, is_archived=bool(in_archive)), revert=revert_address(outcome)
    )


@require_POST
def make_rule(request: PageRequest) -> HttpResponse:
    """Store a rule, and archive its photos in the background."""
    form = RuleForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            _rule, count = add_rule(form.instance, user=request.user)
        except TooManyRules:
            form.add_error(None, _("You can have at most %(limit)d rules. Delete one first.") % {"limit": MAX_RULES})
        else:
            message = ngettext(
                "The rule concerns %(count)d photo, which goes to the archive in the background.",
                "The rule concerns %(count)d photos, which go to the archive in the background.",
                count,
            )
            return respond_with_message(request, message % {"count": count})
    return _archive_page(request, form, status=400)


@require_POST
def delete_rule(request: PageRequest, rule_id: int) -> HttpResponse:
    """Delete a rule; its photos leave the archive in the background."""
    rule = get_object_or_404(ArchiveRule, pk=rule_id, owner=request.user)
    count = remove_rule(rule, user=request.user)
    message = ngettext(
        "Rule deleted. %(count)d photo returns to the timeline in the background, unless something else archives it.",
        "Rule deleted. %(count)d photos return to the timeline in the background, unless something else archives them.",
        count,
    )
    return respond_with_message(request, message % {"count": count})


def _archive_page(request: PageRequest, form: RuleForm, *, status: int = 200) -> HttpResponse:
    context = timeline_context(Scope(View.ARCHIVE), query=request.GET, user=request.user)
    context |= {"form": form, "rules": rules_of(request.user)}
    return render(request, "gallery/photos/archive.html", context, status=status)


def _moved_message(count: int, *, is_archived: bool) -> str:
    if is_archived:
        return ngettext("%(count)d photo archived", "%(count)d photos archived", count) % {"count": count}
    message = ngettext("%(count)d photo back in the timeline", "%(count)d photos back in the timeline", count)
    return message % {"count": count}
