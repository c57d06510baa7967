"""The sentence that explains which photo of a group of near-duplicates is suggested to keep."""

from collections.abc import Callable, Iterator, Sequence

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gallery.models import Photo
from gallery.photos.merging import date_doubt

# In the order of search.near_duplicates.likeness.KEEPER_RANK: the first in which the keeper is better decides.
CRITERIA: tuple[tuple[Callable[[Photo], int], Promise], ...] = (
    (lambda photo: photo.importance, gettext_lazy("Suggestion: keep the one with the most stars: %(size)s")),
    (lambda photo: bool(photo.description), gettext_lazy("Suggestion: keep the one with a description: %(size)s")),
    (lambda photo: photo.width * photo.height, gettext_lazy("Suggestion: keep the larger one: %(size)s")),
    (lambda photo: -date_doubt(photo), gettext_lazy("Suggestion: keep the one with the more reliable date: %(size)s")),
    (lambda photo: photo.file_size, gettext_lazy("Suggestion: keep the larger file: %(size)s")),
)


def explain_keeper(photos: Sequence[Photo]) -> str:
    """Return why the first of these photos is suggested to keep, and what it has, in one sentence."""
    keeper, *others = photos
    second = max(others, key=lambda photo: [worth(photo) for worth, _text in CRITERIA])
    better = (str(text) for worth, text in CRITERIA if worth(keeper) != worth(second))
    suggestion = next(better, _("Suggestion: keep the older upload: %(size)s"))
    suggestion %= {"size": f"{keeper.width} × {keeper.height}, {filesizeformat(keeper.file_size)}"}
    match list(_details(keeper)):
        case []:
            return suggestion
        case [details]:
            listed = details
        case [first, last]:
            listed = _("%(first)s and %(last)s") % {"first": first, "last": last}
        case [first, second_detail, last]:
            listed = _("%(first)s, %(second)s and %(last)s") % {"first": first, "second": second_detail, "last": last}
    return _("%(suggestion)s; has %(details)s") % {"suggestion": suggestion, "details": listed}


def _details(photo: Photo) -> Iterator[str]:
    if photo.latitude is not None:
        yield _("a place")
    if photo.description:
        yield _("a description")
    if photo.importance:
        yield ngettext("%(count)d star", "%(count)d stars", photo.importance) % {"count": photo.importance}
