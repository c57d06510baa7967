"""Every page of the site, for the tests that look at all of them: who adds a page adds it here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SitePage:
    """A page: `path` with the number of a photo in the place of {photo}; `is_public` if nobody need be logged in."""

    name: str
    path: str
    is_public: bool = False


PAGES = [
    SitePage("login", "/login/", is_public=True),
    SitePage("gallery", "/"),
    SitePage("photo", "/photos/{photo}"),
    SitePage("text of a photo", "/photos/{photo}/text"),
    SitePage("processing of a photo", "/photos/{photo}/progress"),
    SitePage("similar photos", "/photos/{photo}/similar"),
    SitePage("empty search", "/search"),
    SitePage("search with results", "/search?q=station"),
    SitePage("search without results", "/search?q=nothing-like-it"),
    SitePage("search that is wrong", "/search?q=width:x"),
    SitePage("upload", "/upload"),
    SitePage("bin", "/trash"),
    SitePage("look-alikes", "/near-duplicates"),
    SitePage("imports", "/imports"),
    SitePage("new import", "/imports/new"),
    SitePage("account", "/account"),
    SitePage("password", "/password/"),
    SitePage("status", "/status"),
    SitePage("not found", "/photos/0"),
    SitePage("wrong request", "/?month=x"),
]
