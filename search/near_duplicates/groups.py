"""A person's photos that are nearly the same, in groups around the one that most speaks for keeping.

Groups are stars: each photo looks like the keeper itself, not like one that looks like another. Who looks like a better
photo is no keeper; who looks like several keepers stands with the one it is nearest to. Where text is recognised, a
photo waits until its own is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Count

from gallery.access import AnyUser
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from search.encoders.client import EncoderUnavailable
from search.models import ComparedPhoto, DismissedGroup, NearDuplicatePair, PhotoText, missing_embeddings
from search.near_duplicates.comparing import uncompared_photos
from search.near_duplicates.likeness import are_alike, keeper_rank, words_of
from search.ocr import reader
from search.vectors.encoder_choice import choose_encoder

# So many of a group are shown, those nearest to the keeper; when they are dealt with, the others come.
MAX_SHOWN = 24


def _is_unread(photo: str) -> str:
    """SQL for whether the text in a photo is still to be read, which may tell it from what looks alike."""
    return f"""(
        {photo}.wants_text
        AND NOT EXISTS (SELECT FROM {PhotoText._meta.db_table} WHERE photo_id = {photo}.id)
        AND NOT EXISTS (
            SELECT FROM {StepAttempt._meta.db_table}
            WHERE photo_id = {photo}.id AND step = '{Step.TEXT}' AND attempts >= {MAX_ATTEMPTS}
        )
    )"""  # noqa: S608 - our own names and numbers


# Words are compared with the pairs, in the background; where that lags behind, here.
GROUPS = f"""
    WITH likeness AS MATERIALIZED (
        SELECT pair.id, one_id, other_id, distance, {keeper_rank("one")} > {keeper_rank("other")} AS is_one_better
        FROM {NearDuplicatePair._meta.db_table} AS pair
        JOIN {Photo._meta.db_table} AS one ON one.id = one_id AND one.trashed_at IS NULL AND one.defect = ''
        JOIN {Photo._meta.db_table} AS other ON other.id = other_id AND other.trashed_at IS NULL AND other.defect = ''
        WHERE pair.owner_id = %(owner)s AND model = %(model)s AND reads_alike IS NOT FALSE AND NOT EXISTS (
            SELECT FROM {DismissedGroup.photos.through._meta.db_table} AS mine
            JOIN {DismissedGroup.photos.through._meta.db_table} AS theirs USING (keptapart_id)
            WHERE mine.photo_id = one_id AND theirs.photo_id = other_id
        ) AND NOT (%(text_is_read)s AND ({_is_unread("one")} OR {_is_unread("other")}))
        AND (reads_alike OR (
            SELECT {are_alike("one_words", "other_words")} FROM (SELECT
                (SELECT {words_of("max(folded)")} FROM {PhotoText._meta.db_table} WHERE photo_id = one_id) AS one_words,
                (SELECT {words_of("max(folded)")} FROM {PhotoText._meta.db_table} WHERE photo_id = other_id)
                    AS other_words
            ) AS words
        ))
    ), pair AS MATERIALIZED (
        SELECT CASE WHEN is_one_better THEN one_id ELSE other_id END AS better,
            CASE WHEN is_one_better THEN other_id ELSE one_id END AS worse, distance FROM likeness
    ), member AS MATERIALIZED (
        SELECT DISTINCT ON (worse) worse AS photo, better AS keeper, distance FROM pair
        WHERE NOT EXISTS (SELECT FROM pair AS above WHERE above.worse = pair.better) ORDER BY worse, distance, better
    ), star AS MATERIALIZED (
        SELECT keeper, greatest(keeper, max(photo)) AS newest, count(*) AS others FROM member GROUP BY keeper
    ), page AS (
        SELECT * FROM star WHERE %(before)s::bigint IS NULL OR newest < %(before)s
        ORDER BY newest DESC LIMIT %(limit)s
    )
    SELECT page.newest, page.keeper, page.others, photo, distance, totals.groups, totals.photos
    FROM (SELECT count(*) AS groups, coalesce(sum(others), 0)::bigint AS photos FROM star) AS totals
    LEFT JOIN page ON true
    LEFT JOIN LATERAL (
        SELECT photo, distance FROM member WHERE member.keeper = page.keeper ORDER BY distance, photo LIMIT %(shown)s
    ) AS nearest ON true
    ORDER BY page.newest DESC, distance, photo
"""  # noqa: S608 - our own names and numbers


@dataclass(frozen=True)
class Group:
    """Photos that are nearly the same: the one to keep first, then those that look like it with their distances.

    `others` counts these, those that are not shown too.
    """

    number: int
    photos: tuple[Photo, ...]
    distances: tuple[float, ...]
    others: int

    @property
    def hidden(self) -> int:
        """How many more there are than are shown."""
        return self.others + 1 - len(self.photos)


@dataclass(frozen=True)
class GroupPage:
    """Some groups, the one with the newest photo first; `groups` and `others` count all that there are.

    `next_cursor` is where to go on; None: that was all.
    """

    found: tuple[Group, ...]
    groups: int
    others: int
    next_cursor: int | None


def look_alikes(*, user: AnyUser, limit: int, before: int | None = None, shown: int = MAX_SHOWN) -> GroupPage:
    """The groups of `user`, or those that come after the cursor `before`; of each the `shown` nearest to the keeper."""
    parameters = {
        "owner": user.pk,
        "model": _model_of(user),
        "before": before,
        "limit": limit + 1,
        "shown": shown,
        "text_is_read": is_text_read(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling takes longer than a small library does.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(GROUPS, parameters)
        rows = cursor.fetchall()
    groups, others = rows[0][5:]
    members: dict[tuple[int, int, int], list[tuple[int, float]]] = defaultdict(list)
    for newest, keeper, count, photo, distance, _groups, _others in rows:
        if keeper:
            members[newest, keeper, count].append((photo, distance))
    page = list(members.items())[:limit]
    found = _with_photos(page, user=user)
    next_cursor = page[-1][0][0] if len(members) > limit else None
    return GroupPage(found, groups, others, next_cursor)


def is_text_read() -> bool:
    """Whether there is somebody who reads the text in photos, for which it is worth waiting."""
    try:
        return bool(reader.engine_version())
    except reader.TextRecognitionUnavailable:
        return False


def uncompared_count(*, user: AnyUser) -> int:
    """How many photos of `user` are still to be compared, or wait for the vectors by which they are."""
    model = _model_of(user)
    waiting = missing_embeddings(model).filter(owner_id=user.pk, trashed_at=None)
    return waiting.count() + uncompared_photos(model).filter(owner_id=user.pk).count()


def dismiss_groups(groups: Iterable[Iterable[int]], *, user: AbstractBaseUser, moment: datetime) -> None:
    """Remember for good that no two photos of a group are look-alikes; of photos that are `user`'s.

    What was said before is not said again, and what was said of photos that are gone is forgotten.
    """
    sayings = DismissedGroup.objects.filter(owner_id=user.pk)
    with transaction.atomic():
        sayings.annotate(left=Count("photos")).filter(left__lt=2).delete()
        for photo_ids in groups:
            own = list(Photo.objects.belonging_to(user).filter(pk__in=photo_ids))
            said = sayings.filter(photos__in=own).annotate(known=Count("photos")).filter(known=len(own))
            if len(own) > 1 and not said.exists():
                DismissedGroup.objects.create(owner_id=user.pk, moment=moment).photos.set(own)


def undo_dismissals(moment: datetime, *, user: AnyUser) -> int:
    """Take back what `user` said at `moment`; of how many groups it was said."""
    _count, by_model = DismissedGroup.objects.filter(owner_id=user.pk, moment=moment).delete()
    return by_model.get(DismissedGroup._meta.label, 0)


def _with_photos(
    members: list[tuple[tuple[int, int, int], list[tuple[int, float]]]], *, user: AnyUser
) -> tuple[Group, ...]:
    """The groups with their photos, but for those that are kept apart from one that stands there already."""
    ids = {pk for (_newest, keeper, _count), others in members for pk in (keeper, *(pk for pk, _distance in others))}
    photos = Photo.objects.visible_to(user).prefetch_related("sources__job").in_bulk(ids)
    apart = _kept_apart(ids)
    groups = []
    for (newest, keeper, count), others in members:
        if keeper not in photos:
            continue
        chosen, distances = [photos[keeper]], []
        for photo_id, distance in others:
            if photo_id in photos and not any(apart[photo_id] & apart[photo.pk] for photo in chosen):
                chosen.append(photos[photo_id])
                distances.append(distance)
        if distances:
            groups.append(Group(newest, tuple(chosen), tuple(distances), count))
    return tuple(groups)


def _kept_apart(photo_ids: set[int]) -> dict[int, set[int]]:
    """Of each photo, the numbers of the sayings that it is part of: no two of one saying are look-alikes."""
    sayings: dict[int, set[int]] = defaultdict(set)
    rows = DismissedGroup.photos.through.objects.filter(photo__in=photo_ids).values_list("photo_id", "keptapart_id")
    for photo_id, saying in rows:
        sayings[photo_id].add(saying)
    return sayings


def _model_of(user: AnyUser) -> str:
    """The model by whose vectors the photos of `user` are compared; where no encoder answers, as they were last."""
    try:
        encoder = choose_encoder(frozenset(), user=user)
    except EncoderUnavailable:
        encoder = None
    if encoder:
        return encoder.model
    compared = ComparedPhoto.objects.filter(owner_id=user.pk).values("model").annotate(photos=Count("pk"))
    return str(next(iter(compared.order_by("-photos").values_list("model", flat=True)), ""))
