"""Finds the photos of the albums that a query names, because the keyword index does not know albums."""

from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser

from gallery.models import Album, Photo
from gallery.text.canonical import part_patterns
from search.query.columns import contains_one
from search.query.parser import Query


def with_album_members(query: Query, *, user: AbstractBaseUser) -> Query:
    """Return `query` with the ids of the photos of `user` in its albums, if the index is asked for its words."""
    albums = query.filters.albums
    if not query.has_terms or not any(albums.conditions()):
        return query
    members = Photo.objects.visible_to(user).filter(albums.photo_conditions()).order_by("pk")
    return replace(query, filters=query.filters.with_members(tuple(members.values_list("pk", flat=True))))


def has_album_named(part: str, *, user: AbstractBaseUser) -> bool:
    """Return whether `user` has an album whose name contains `part`."""
    return Album.objects.visible_to(user).filter(contains_one(part_patterns(part), fields=["folded_name"])).exists()
