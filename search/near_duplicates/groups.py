"""Groups of near-duplicates of a user, each around the photo that is best to keep.

Near-duplicates are copies, whose pixels agree, and bursts by the dates of cameras, whose vectors and words agree.
Where text is recognised, a photo appears in a burst only after its text was read.

A group is a star: each of its photos is a near-duplicate of the keeper itself. A photo with a better near-duplicate is
not a keeper. A photo with several keepers belongs to the nearest one.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Count, Q

from gallery.access import AnyUser
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from search.encoders.client import EncoderUnavailable
from search.models import ComparedPhoto, DismissedGroup, NearDuplicatePair, PhotoText, missing_embeddings
from search.near_duplicates.comparing import uncompared_photos
from search.near_duplicates.copies import PIXELS, unmatched_photos
from search.near_duplicates.dismissals import dismissals_by_photo
from search.near_duplicates.likeness import KEEPER_RANK, compared_words, is_burst, words_match
from search.ocr import reader
from search.vectors.encoder_choice import choose_encoder

# Photos of a group that are shown, those nearest to the keeper. The others follow when these are dealt with.
MAX_SHOWN = 24

PAIR = NearDuplicatePair._meta.db_table
PHOTO = Photo._meta.db_table
TEXT = PhotoText._meta.db_table
ATTEMPT = StepAttempt._meta.db_table
DISMISSED = DismissedGroup.photos.through._meta.db_table

# Words of pairs are compared in the background; pairs without a result are compared here.
GROUPS = f"""
    WITH near AS MATERIALIZED (
        SELECT one_id, other_id, distance, reads_alike, model = '{PIXELS}' AS is_copy FROM {PAIR}
        WHERE owner_id = %(owner)s AND model IN ('{PIXELS}', %(model)s) AND reads_alike IS NOT FALSE
            AND NOT EXISTS (
                SELECT FROM {DISMISSED} AS mine JOIN {DISMISSED} AS theirs USING (dismissedgroup_id)
                WHERE mine.photo_id = one_id AND theirs.photo_id = other_id
            )
    ), candidate AS MATERIALIZED (
        SELECT photo.id, {KEEPER_RANK} AS rank, date_source, taken_at, NOT (
            %(is_text_read)s AND photo.wants_text
            AND NOT EXISTS (SELECT FROM {TEXT} WHERE photo_id = photo.id)
            AND NOT EXISTS (
                SELECT FROM {ATTEMPT}
                WHERE photo_id = photo.id AND step = %(text_step)s AND attempts >= %(max_attempts)s
            )
        ) AS is_read
        FROM {PHOTO} AS photo
        WHERE photo.id IN (SELECT one_id FROM near UNION SELECT other_id FROM near)
            AND photo.trashed_at IS NULL AND photo.defect = ''
    ), pair AS MATERIALIZED (
        SELECT
            CASE WHEN one.rank > other.rank THEN one.id ELSE other.id END AS better,
            CASE WHEN one.rank > other.rank THEN other.id ELSE one.id END AS worse,
            distance
        FROM near JOIN candidate AS one ON one.id = one_id JOIN candidate AS other ON other.id = other_id
        WHERE is_copy OR (one.is_read AND other.is_read AND {is_burst("one", "other")} AND (reads_alike OR (
            SELECT {words_match("words.one", "words.other")} FROM (
                SELECT
                    (SELECT {compared_words("max(folded)")} FROM {TEXT} WHERE photo_id = one_id) AS one,
                    (SELECT {compared_words("max(folded)")} FROM {TEXT} WHERE photo_id = other_id) AS other
            ) AS words
        )))
    ), member AS MATERIALIZED (
        SELECT DISTINCT ON (worse) worse AS photo, better AS keeper, distance FROM pair
        WHERE NOT EXISTS (SELECT FROM pair AS above WHERE above.worse = pair.better)
        ORDER BY worse, distance, better
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
    """Near-duplicates: the photo to keep first, then the others with their distances from it.

    Distances are 1 − the correlation of pixels for copies, and 1 − cosine of vectors for bursts.

    `number` identifies the group on its page. `others` counts all photos besides the keeper, shown or not.
    """

    number: int
    photos: tuple[Photo, ...]
    distances: tuple[float, ...]
    others: int

    @property
    def hidden(self) -> int:
        """The number of photos that are not shown."""
        return self.others + 1 - len(self.photos)


@dataclass(frozen=True)
class GroupPage:
    """Some groups, the one with the newest photo first.

    `groups` and `others` are the totals over all pages. The last page has no `next_cursor`.
    """

    found: tuple[Group, ...]
    groups: int
    others: int
    next_cursor: int | None


@dataclass
class _Star:
    """The ids of a group's photos, and the distances of the members from the keeper, nearest first."""

    newest: int
    keeper: int
    others: int
    members: list[tuple[int, float]] = field(default_factory=list)


def find_groups(*, user: AnyUser, limit: int, before: int | None = None, shown: int = MAX_SHOWN) -> GroupPage:
    """Return a page of `limit` groups of `user`, the first one or the one at the cursor `before`.

    Each group shows the `shown` photos nearest to its keeper.
    """
    parameters = {
        "owner": user.pk,
        "model": _compared_model(user),
        "before": before,
        "limit": limit + 1,
        "shown": shown,
        "is_text_read": is_text_read(),
        "text_step": str(Step.TEXT),
        "max_attempts": MAX_ATTEMPTS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # For small libraries compiling the query takes longer than running it.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(GROUPS, parameters)
        rows = cursor.fetchall()
    stars: dict[int, _Star] = {}
    for newest, keeper, others, photo_id, distance, _groups, _photos in rows:
        if keeper:
            stars.setdefault(keeper, _Star(newest, keeper, others)).members.append((photo_id, distance))
    page = list(stars.values())[:limit]
    groups, photos = rows[0][5:]
    return GroupPage(
        _with_photos(page, user=user), groups, photos, next_cursor=page[-1].newest if len(stars) > limit else None
    )


def is_text_read() -> bool:
    """Return whether text recognition is available, so that photos wait for their text."""
    try:
        return bool(reader.engine_version())
    except reader.TextRecognitionUnavailable:
        return False


def uncompared_count(*, user: AnyUser) -> int:
    """Return how many photos of `user` are not compared yet, or have no thumbnails or vectors yet."""
    model = _compared_model(user)
    waiting = (
        missing_embeddings(model),
        uncompared_photos(model),
        Photo.objects.missing_thumbnails(),
        unmatched_photos(),
    )
    is_waiting = reduce(or_, (Q(pk__in=photos.order_by().values("pk")) for photos in waiting))
    return Photo.objects.visible_to(user).filter(is_waiting).count()


def _with_photos(stars: list[_Star], *, user: AnyUser) -> tuple[Group, ...]:
    """Load the photos of the groups; skip photos that are dismissed together with a photo already in the group."""
    ids = {pk for star in stars for pk in (star.keeper, *(photo_id for photo_id, _distance in star.members))}
    photos = Photo.objects.visible_to(user).select_related("place").prefetch_related("sources__job").in_bulk(ids)
    dismissals = dismissals_by_photo(ids)
    groups = []
    for star in stars:
        if star.keeper not in photos:
            continue
        shown, distances = [photos[star.keeper]], []
        for photo_id, distance in star.members:
            if photo_id in photos and not any(dismissals[photo_id] & dismissals[photo.pk] for photo in shown):
                shown.append(photos[photo_id])
                distances.append(distance)
        if distances:
            groups.append(Group(star.newest, tuple(shown), tuple(distances), star.others))
    return tuple(groups)


def _compared_model(user: AnyUser) -> str:
    """Return the model by which photos of `user` are compared; without an encoder, the model most compared by."""
    try:
        encoder = choose_encoder(frozenset(), user=user)
    except EncoderUnavailable:
        encoder = None
    if encoder:
        return encoder.model
    by_vectors = ComparedPhoto.objects.filter(owner_id=user.pk).exclude(model=PIXELS)
    compared = by_vectors.values("model").annotate(photos=Count("pk"))
    return str(next(iter(compared.order_by("-photos").values_list("model", flat=True)), ""))
