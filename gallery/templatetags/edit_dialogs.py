"""Template tags for the forms that change dates and places, of a photo or of the selection."""

from functools import lru_cache
from typing import Any

from django import forms, template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from gallery.models import Photo
from gallery.photos.edit_forms import DateForm, PlaceForm

register = template.Library()
TEMPLATE = "gallery/edits/_dialog.html"
FORMS: dict[str, type[DateForm] | type[PlaceForm]] = {"date": DateForm, "place": PlaceForm}


@register.inclusion_tag(TEMPLATE, takes_context=True)
def date_dialog(context: Context, *, photo: Photo | None = None, form: forms.Form | None = None) -> dict[str, Any]:
    """Render the dialog to change the date of a photo, or the dates of the selection."""
    return _dialog(context, "date", photo=photo, form=form)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def place_dialog(context: Context, *, photo: Photo | None = None, form: forms.Form | None = None) -> dict[str, Any]:
    """Render the dialog to change the place of a photo, or the places of the selection."""
    return _dialog(context, "place", photo=photo, form=form)


def _dialog(context: Context, kind: str, *, photo: Photo | None, form: forms.Form | None) -> dict[str, Any]:
    """Return the context of a dialog; `form` has the errors of a request without scripts."""
    is_empty = photo is None and form is None
    form = form or FORMS[kind](photo=photo)
    return {
        "kind": kind,
        "scope": "photo" if photo else "selection",
        "form": form,
        "fields": _empty_fields(kind, get_language()) if is_empty else _fields(kind, photo, form),
        "action": reverse(f"gallery:edit_{kind}", args=[photo.pk]) if photo else reverse(f"gallery:edit_{kind}s"),
        "next": _page(context["request"], photo),
        "csrf_token": context.get("csrf_token"),
    }


def _fields(kind: str, photo: Photo | None, form: forms.Form) -> SafeString:
    scope = "photo" if photo else "selection"
    return render_to_string(f"gallery/edits/_{kind}_fields.html", {"scope": scope, "photo": photo, "form": form})


@lru_cache
def _empty_fields(kind: str, _language: str) -> SafeString:
    """Return the fields for the selection, which most pages have: rendering them takes as long as thirty tiles."""
    return _fields(kind, None, FORMS[kind]())


def _page(request: HttpRequest, photo: Photo | None) -> str:
    """Return the page to show after a change; the address of a form with errors shows none."""
    return reverse("gallery:photo", args=[photo.pk]) if photo and request.method == "POST" else request.get_full_path()
