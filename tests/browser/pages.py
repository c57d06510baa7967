"""All pages of the site, for tests that visit each of them; add new pages here."""

from dataclasses import dataclass

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Album, Photo


@dataclass(frozen=True)
class SitePage:
    """A page: its `path` with {photo}, {owner} and {album} for ids; `is_public` if it needs no login."""

    name: str
    path: str
    is_public: bool = False

    def address(self, photo: Photo) -> str:
        """Return the address for a photo, its owner, and an album by hand with the photo."""
        if "{album}" not in self.path:
            return self.path.format(photo=photo.pk, owner=photo.owner_id)
        album = make_album("Stations", owner=photo.owner, description="A station", order=Album.Order.BY_HAND)
        add_photos(album.pk, Photo.objects.filter(pk=photo.pk), user=photo.owner)
        return self.path.format(album=album.pk)


PAGES = [
    SitePage("login", "/login/", is_public=True),
    SitePage("forgotten password", "/password/forgotten/", is_public=True),
    SitePage("expired link", "/password/set/MQ/x/", is_public=True),
    SitePage("gallery", "/"),
    SitePage("years", "/years"),
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
    SitePage("albums", "/albums"),
    SitePage("album", "/albums/{album}"),
    SitePage("shared pictures", "/share"),
    SitePage("trash", "/trash"),
    SitePage("failed photos", "/failures"),
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
