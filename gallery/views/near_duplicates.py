"""Look-alikes: groups of photos that are nearly the same, of which one may be kept, or all."""

from collections.abc import Iterator

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.forms import NearDuplicatesForm, PhotoIdsField
from gallery.photos.merging import merge_groups
from gallery.views.group_comparison import compare_group
from gallery.views.message_responses import respond_with_message
from gallery.views.selection import trashed_message
from search.near_duplicates.dismissals import dismiss_groups
from search.near_duplicates.groups import find_groups, uncompared_count

PAGE_SIZE = 20


@require_safe
def show_near_duplicates(request: PageRequest) -> HttpResponse:
    """Some of the groups, the one with the newest photo first."""
    form = NearDuplicatesForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("There is no such page of look-alikes."))
    before = form.cleaned_data["before"]
    page = find_groups(user=request.user, limit=PAGE_SIZE, before=before)
    context = {
        "page": page,
        "groups": [compare_group(group) for group in page.found],
        "going": sum(len(group.photos) - 1 for group in page.found),
        "uncompared": uncompared_count(user=request.user),
        "before": before,
    }
    return render(request, "gallery/near_duplicates/near_duplicates.html", context)


@require_POST
def resolve_groups(request: PageRequest) -> HttpResponse:
    """Of each group, or of the one that a button names, keep the chosen photo and put the others into the bin."""
    moment = timezone.now()
    groups = [(_keeper(request, group), group) for group in _groups(request)]
    binned, left_alone = merge_groups(groups, user=request.user, moment=moment)
    sentences = [trashed_message(binned)]
    if left_alone:
        sentence = ngettext(
            "%(count)d group has been left alone: its photos, or their files, are not there any more.",
            "%(count)d groups have been left alone: their photos, or the files of those, are not there any more.",
            len(left_alone),
        )
        sentences.append(sentence % {"count": len(left_alone)})
    left = [group[0] for keeper_id, group in groups if keeper_id in left_alone]
    return respond_with_message(request, " ".join(sentences), undo=moment if binned else None, left=left)


@require_POST
def keep_groups(request: PageRequest) -> HttpResponse:
    """Keep all photos of each group, or of the one that a button names: they are no look-alikes."""
    moment = timezone.now()
    dismiss_groups(_groups(request), user=request.user, moment=moment)
    return respond_with_message(request, _("They are all kept, and will not be shown together again."), undo=moment)


def _groups(request: PageRequest) -> Iterator[list[int]]:
    """The photos of each group that is meant, in the order of the page."""
    field = PhotoIdsField()
    only = request.POST.get("only")
    for text in request.POST.getlist("group"):
        try:
            group = field.clean([text])
        except ValidationError as error:
            raise BadRequest(error.messages[0]) from error
        if only in (None, str(group[0])):
            yield group


def _keeper(request: PageRequest, group: list[int]) -> int:
    """The photo of a group that is chosen."""
    chosen = request.POST.get(f"keep-{group[0]}", "")
    keeper = next((photo_id for photo_id in group if str(photo_id) == chosen), None)
    if keeper is None:
        raise BadRequest(_("Choose which photo to keep."))
    return keeper
