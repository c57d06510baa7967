"""Searches photos in Elasticsearch by the words in their texts, file names, descriptions and labels.

Photos that contain all terms come first. If they are fewer than a page, photos follow that contain the words in weaker
ways; the index proposes them, and Python decides.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from itertools import chain

from django.db.models.functions import Left

from gallery.access import AnyUser
from gallery.models import IsOneOf, Photo, PhotoQuerySet
from search.keywords.asking import Answer, Answers, ask_for_weaker, first_answers, further_pages, wants_weaker
from search.keywords.clauses import order_name
from search.keywords.closeness import Judge
from search.keywords.snippets import DATE_ORDERS, KeywordHit, KeywordHits, Order
from search.keywords.weak_tokens import MAX_CHARACTERS
from search.query.conditions import TEXT_FIELDS
from search.query.parser import Query
from search.query.ways import TIERS, VAGUE


def keyword_search(
    query: Query, *, user: AnyUser, limit: int, order: Order = "", asked: "Future[Answers] | None" = None
) -> KeywordHits:
    """Return up to `limit` photos of `user` that contain all words and phrases of `query`, best first.

    With an `order`, the newest or oldest photos, and only those that contain the words exactly unless none does.
    `asked` is the result of `ask_early` with the same arguments. Raises KeywordSearchUnavailable.
    """
    answers = asked.result() if asked else first_answers(query, owner=user.pk, limit=limit, order=order)
    exact: list[KeywordHit] = []
    seen: list[int] = []
    found = 0
    for answer in chain([answers.exact], further_pages(query, answers.exact, owner=user.pk, size=limit, order=order)):
        # The index also contains photos in the trash, and may lag behind the database.
        visible = _visible(_matching(query, answer.scores, user=user), answer, order=order)
        exact += [KeywordHit(pk, answer.scores[pk]) for pk in visible]
        seen += answer.scores
        found = answer.total - (len(seen) - len(exact))
        if len(exact) >= limit:
            return KeywordHits(tuple(exact[:limit]), found)
    weaker: list[KeywordHit] = []
    if wants_weaker(query, exact=len(exact), limit=limit):
        candidates = answers.weaker or ask_for_weaker(query, owner=user.pk, without=seen)
        weaker = _weaker_hits(query, candidates, user=user)
    return KeywordHits(tuple([*exact, *weaker][:limit]), len(exact) + len(weaker))


def _weaker_hits(query: Query, answer: Answer, *, user: AnyUser) -> list[KeywordHit]:
    """Return the photos of `answer` that contain the words in weaker ways, the closest first."""
    photos = _matching(query, answer.scores, user=user)
    texts = photos.values_list("pk", *(Left(name, MAX_CHARACTERS) for name in TEXT_FIELDS))
    judge = Judge(query)
    found = []
    for pk, *folded in texts:
        ordered = {number for number in range(len(query.words)) if order_name(number) in answer.names[pk]}
        if closeness := judge.closeness("\n".join(filter(None, folded)), ordered=ordered):
            found.append((closeness.tier_number, closeness.distance, -answer.scores[pk], -pk))
    return [
        KeywordHit(-pk, 1 / (1 + distance), TIERS[tier], is_vague=distance >= VAGUE)
        for tier, distance, _score, pk in sorted(found)
        if tier
    ]


def _visible(photos: PhotoQuerySet, answer: Answer, *, order: Order) -> list[int]:
    """Return the ids of `photos` in the order of `answer`; by date in that of the database, which may be newer."""
    ids = photos.values_list("pk", flat=True)
    if order:
        return list(ids.order_by(*DATE_ORDERS[order]))
    visible = set(ids)
    return [pk for pk in answer.scores if pk in visible]


def _matching(query: Query, photo_ids: Iterable[int], *, user: AnyUser) -> PhotoQuerySet:
    """Return those of the photos that `user` may see, and that pass the filters and exclusions of `query`."""
    return Photo.objects.visible_to(user).filter(IsOneOf("pk", photo_ids), query.photo_conditions())
