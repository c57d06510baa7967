"""All pages of the site, for tests that visit each of them; add new pages here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SitePage:
    """A page: its `path` with {photo} and {owner} for the ids of both; `is_public` if it needs no login."""

    name: str
    path: str
    is_public: bool = False


PAGES = [
    SitePage("login", "/login/", is_public=True),
    SitePage("forgotten password", "/password/forgotten/", is_public=True),
    SitePage("expired link", "/password/set/MQ/x/", is_public=True),
    SitePage("gallery", "/"),
    SitePage("photo", "/photos/{photo}"),
    SitePage("text of a photo", "/photos/{photo}/text"),
    SitePage("processing of a photo", "/photos/{photo}/progress"),
    SitePage("similar photos", "/photos/{photo}/similar"),
    SitePage("empty search", "/search"),
    SitePage("search with results", "/search?q=station"),
    SitePage("search without results", "/search?q=nothing-like-it"),
    SitePage("search with advice", "/search?q=station+kind:meme+-photo+2019-05"),
    SitePage("search that is wrong", "/search?q=width:x"),
    SitePage("upload", "/upload"),
    SitePage("archive", "/archive"),
    SitePage("trash", "/trash"),
    SitePage("near-duplicates", "/near-duplicates"),
    SitePage("imports", "/imports"),
    SitePage("new import", "/imports/new"),
    SitePage("account", "/account"),
    SitePage("password", "/password/"),
    SitePage("two-factor", "/account/two-factor/"),
    SitePage("confirmation", "/account/confirm/"),
    SitePage("status", "/status"),
    SitePage("users", "/users"),
    SitePage("new user", "/users/new"),
    SitePage("user", "/users/{owner}"),
    SitePage("not found", "/photos/0"),
    SitePage("wrong request", "/?month=x"),
]
