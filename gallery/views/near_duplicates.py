"""The page of near-duplicates: groups of which users keep one photo, or all."""

from collections.abc import Iterator

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.forms import NearDuplicatesForm, PhotoIdsField
from gallery.photos.merging import merge_groups
from gallery.views.group_comparison import compare_group
from gallery.views.selection import trashed_message
from search.near_duplicates.dismissals import dismiss_groups
from search.near_duplicates.groups import find_groups, uncompared_count

PAGE_SIZE = 20


@require_safe
def show_near_duplicates(request: PageRequest) -> HttpResponse:
    """Show a page of groups, newest photo first."""
    form = NearDuplicatesForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("No such page of near-duplicates."))
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
    """Keep the selected photo of each group, or of the group in `only`, and move the others to the trash."""
    moment = timezone.now()
    groups = [(_keeper(request, group), group) for group in _groups(request)]
    trashed, skipped = merge_groups(groups, user=request.user, moment=moment)
    messages = [trashed_message(trashed)]
    if skipped:
        message = ngettext(
            "%(count)d group was skipped: photos or files are missing.",
            "%(count)d groups were skipped: photos or files are missing.",
            len(skipped),
        )
        messages.append(message % {"count": len(skipped)})
    left = [group[0] for keeper_id, group in groups if keeper_id in skipped]
    return respond_with_message(request, " · ".join(messages), undo=moment if trashed else None, left=left)


@require_POST
def keep_groups(request: PageRequest) -> HttpResponse:
    """Keep all photos of each group, or of the group in `only`, and dismiss the groups."""
    moment = timezone.now()
    dismiss_groups(_groups(request), user=request.user, moment=moment)
    return respond_with_message(request, _("Kept all. These groups won't be suggested again."), undo=moment)


def _groups(request: PageRequest) -> Iterator[list[int]]:
    """Yield the photo ids of each submitted group, or only of the group in `only`."""
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
    """Return the selected photo of a group."""
    selected = request.POST.get(f"keep-{group[0]}", "")
    keeper = next((photo_id for photo_id in group if str(photo_id) == selected), None)
    if keeper is None:
        raise BadRequest(_("Select the photo to keep."))
    return keeper
