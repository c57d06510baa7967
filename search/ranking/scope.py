"""The scope of a search: the query of one user, and the conditions that all rankings share."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from gallery.models import Photo, PhotoQuerySet
from search.keywords.shown_dates import with_shown_dates
from search.query.parser import Query
from search.ranking.album_members import with_album_members


@dataclass(frozen=True)
class SearchScope:
    """A query of one user, and the photos that it may find.

    `among` narrows them to photos of that set; photos with the ids `without` are never found.
    """

    query: Query
    user: AbstractBaseUser
    among: PhotoQuerySet | None = None
    without: frozenset[int] = frozenset()

    @cached_property
    def indexed_query(self) -> Query:
        """The query with the photos in its albums."""
        return with_album_members(self.query, user=self.user)

    @cached_property
    def known_query(self) -> Query:
        """The query with the photos in its albums and those that show its dates."""
        return with_shown_dates(self.indexed_query, user=self.user)

    @cached_property
    def conditions(self) -> Q:
        """The filters, excluded words and narrowing, for rankings that know nothing of words."""
        conditions = self.known_query.photo_conditions()
        if self.among is not None:
            conditions &= Q(pk__in=self.among.values("pk"))
        if self.without:
            conditions &= ~Q(pk__in=self.without)
        return conditions

    @property
    def photos(self) -> PhotoQuerySet:
        """All photos that the query may find."""
        return Photo.objects.visible_to(self.user).filter(self.conditions)
