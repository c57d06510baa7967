"""The web app manifest, with which browsers install photosearch and other apps share pictures with it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

ICONS = [("any", 192), ("any", 512), ("maskable", 192), ("maskable", 512)]


@login_not_required
@require_safe
@vary_on_headers("Accept-Language", "Cookie")
def send_manifest(_request: HttpRequest) -> JsonResponse:
    """Send the manifest in the language of the pages."""
    manifest = {
        "id": "/",
        "name": _("photosearch: search photos"),
        "short_name": "photosearch",
        "description": _("Your photos, found by their text and content"),
        "lang": get_language(),
        "start_url": reverse("gallery:photos"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": "#0f6b5c",
        "icons": [
            {
                "src": static(f"icons/{purpose}-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for purpose, size in ICONS
        ],
        # No `text` and no `url`: share sheets offer photosearch for pictures only.
        "share_target": {
            "action": reverse("gallery:share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "files", "accept": ["image/*"]}]},
        },
    }
    return JsonResponse(manifest, content_type="application/manifest+json")
