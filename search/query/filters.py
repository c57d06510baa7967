"""The table of filters, and the limits that a query sets with them.

The parser, the search form, the parameters of the API, the mapping of the keyword index and the help page derive from
FILTERS: a new filter is one row here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.models import MAX_IMPORTANCE, Photo
from gallery.pictures.formats import EXTENSION_OF_SUFFIX, FORMAT_OF_EXTENSION
from search.query.columns import AlbumColumn, AlbumMembers, Column, FactColumn, FoldedColumn, PlaceColumn, SourceColumn
from search.query.dated import DatedColumn, Dates, Days
from search.query.values import AlbumOf, Choice, Comparison, Facts, Label, Moment, TextPart, WholeNumber

MAX_PIXELS = 1_000_000

EXTENSION = Choice(
    {extension: extension.upper() for extension in sorted(FORMAT_OF_EXTENSION)},
    {f"{dot}{suffix}": extension for dot in ("", ".") for suffix, extension in EXTENSION_OF_SUFFIX.items()},
)
KIND = Choice(
    dict(Photo.Kind.choices),
    {
        **dict.fromkeys(("photo", "photos", "照片"), Photo.Kind.PHOTO.value),
        **dict.fromkeys(("screenshot", "screenshots", "截图", "截屏"), Photo.Kind.SCREENSHOT.value),
        **dict.fromkeys(("meme", "memes", "sticker", "stickers", "表情", "表情包"), Photo.Kind.MEME.value),
    },
)
FACTS = Facts(
    {"archived": _("in the archive"), "starred": _("with stars")},
    {"已归档": "archived", "归档": "archived", "archive": "archived", "星标": "starred", "已加星标": "starred"},
)
PIXELS = WholeNumber(1, MAX_PIXELS, unit="px", placeholder=_("pixels"))
STARS = WholeNumber(0, MAX_IMPORTANCE, is_rating=True)
DATED_AT = DatedColumn("dated_at", "date")

# The index knows photos by their ids only: albums change often.
ALBUM = AlbumColumn("photo_id", None)

Value = AlbumOf | Choice | Facts | WholeNumber | Moment | TextPart | Days


@dataclass(frozen=True)
class Filter:
    """A condition that users type as `name:value`, or set in the search form.

    `keys` are shorter names to type, `example` and `summary` a row of the help page. `label` names the field of the
    search form, which leaves out filters without a label. `parameter` is the API's name if it differs, and `help_text`
    the API's description.
    """

    name: str
    value: Value
    column: Column
    example: str
    summary: Label
    keys: tuple[str, ...] = ()
    label: Label = ""
    parameter: str = ""
    help_text: str = ""

    @property
    def limits(self) -> "tuple[Limit, ...]":
        """The limits that this filter can set: a lower and an upper one of a number, otherwise one."""
        return tuple(Limit(name, comparison, self) for name, comparison in self.value.limits(self.name).items())


@dataclass(frozen=True)
class Limit:
    """One comparison of a filter, such as min_width."""

    name: str
    comparison: Comparison
    filter: Filter

    @property
    def parameter(self) -> str:
        """Its name in the API."""
        return self.filter.parameter or self.name

    @property
    def unit(self) -> str:
        """The unit of its values, if they are numbers with one."""
        return self.filter.value.unit if isinstance(self.filter.value, WholeNumber) else ""


FILTERS = (
    Filter(
        name="extension",
        keys=("ext",),
        value=EXTENSION,
        column=Column("extension", "keyword"),
        example="ext:png",
        summary=_("file type"),
        label=_("File type"),
    ),
    Filter(
        name="kind",
        value=KIND,
        column=Column("kind", "keyword"),
        example="kind:meme",
        summary=_("photo, screenshot or meme"),
        label=_("Kind"),
    ),
    Filter(
        name="width",
        value=PIXELS,
        column=Column("width", "integer"),
        example="width:>1000",
        summary=_("size in pixels"),
        label=_("Min. width"),
    ),
    Filter(
        name="height",
        value=PIXELS,
        column=Column("height", "integer"),
        example="height:<500",
        summary=_("size in pixels"),
        label=_("Min. height"),
    ),
    Filter(
        name="importance",
        value=STARS,
        column=Column("importance", "byte"),
        example="importance:>=3",
        summary=_("rating"),
        label=_("Min. rating"),
    ),
    Filter(
        name="after",
        value=Moment("gte"),
        column=DATED_AT,
        example="after:2023-05",
        summary=_("date taken, or else uploaded"),
        label=_("Taken from"),
        parameter="taken_from",
        help_text="Only photos taken, or uploaded if that is unknown, at this time or later.",
    ),
    Filter(
        name="before",
        value=Moment("lt"),
        column=DATED_AT,
        example="before:2024",
        summary=_("date taken, or else uploaded"),
        label=_("Taken before"),
        parameter="taken_before",
        help_text="Only photos taken, or uploaded if that is unknown, before this time.",
    ),
    Filter(
        name="date",
        value=Days(),
        column=DATED_AT,
        example="date:2023",
        summary=_("date taken, or else uploaded"),
        help_text="Only photos taken, or uploaded if that is unknown, at this date: `2023`, `2023-05`, `2023-05-01`, "
        "`2019..2021`, `last summer`, or every year in `may` or on `1 May`.",
    ),
    Filter(
        name="camera",
        value=TextPart(),
        column=FoldedColumn("camera", "passages", folded="folded_camera"),
        example="camera:fuji",
        summary=_("camera"),
        help_text="Part of the camera's make and model.",
    ),
    Filter(
        name="lens",
        value=TextPart(),
        column=FoldedColumn("lens", "passages", folded="folded_lens"),
        example="lens:macro",
        summary=_("lens"),
        help_text="Part of the lens's name.",
    ),
    Filter(
        name="keyword",
        keys=("tag", "person"),
        value=TextPart(),
        column=FoldedColumn("labels", None, folded="folded_labels"),
        example="keyword:holiday",
        summary=_("title, keyword or person"),
        help_text="Part of the title, of a keyword, or of a person's name.",
    ),
    Filter(
        name="place",
        value=TextPart(),
        column=PlaceColumn("place", None, folded="place__folded_names"),
        example="place:japan",
        summary=_("city, region or country"),
        help_text="Name of a city, region or country in any language, the code of a country, or `none`.",
    ),
    Filter(
        name="source",
        value=TextPart(),
        column=SourceColumn("source", "passages"),
        example="source:WeChat",
        summary=_("folder it was imported from"),
        help_text="Part of a path that the photo was imported from.",
    ),
    Filter(
        name="album",
        value=AlbumOf(),
        column=ALBUM,
        example="album:holiday",
        summary=_("album"),
        label=_("Album"),
    ),
    Filter(
        name="is",
        value=FACTS,
        column=FactColumn("is_archived", "boolean"),
        example="is:archived",
        summary=_("archived, or with stars; with a minus sign without them"),
        help_text="True: only such photos; false: only the others.",
    ),
    Filter(
        name="filename",
        value=TextPart(),
        column=FoldedColumn("filename", None, folded="folded_filename"),
        example="filename:IMG",
        summary=_("file name"),
        help_text="Part of the file name.",
    ),
)
LIMITS = {limit.name: limit for row in FILTERS for limit in row.limits}
FORM_LIMITS = tuple(row.limits[0] for row in FILTERS if row.label)
FILTERS_BY_KEY = {key: row for row in FILTERS for key in (row.name, *row.keys)}
INDEX_COLUMNS = tuple(dict.fromkeys(row.column for row in FILTERS if row.column.index_type))


class Filters:
    """Values of limits by their names, such as Filters(min_width=500); None and "" set no limit.

    `date` takes Dates. Widths and heights are in pixels. `after` includes its moment, `before` excludes it, both in the
    local time where the picture was taken.
    """

    def __init__(self, **values: object) -> None:
        if unknown := values.keys() - LIMITS.keys():
            raise TypeError(f"unknown limits: {', '.join(sorted(unknown))}")
        self._values = {name: value for name, value in values.items() if value not in (None, "")}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filters) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Filters({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"

    def __or__(self, other: "Filters") -> "Filters":
        """Return these limits, and those of `other` that these do not set."""
        return Filters(**(other._values | self._values))

    def conditions(self) -> Iterator[tuple[Column, Comparison, object]]:
        """Yield the column, the comparison and the value of each limit that is set."""
        for name, value in self._values.items():
            limit = LIMITS[name]
            yield limit.filter.column, limit.comparison, value

    def photo_conditions(self) -> Q:
        """Return the limits as a condition on Photo."""
        return Q(*(column.condition(comparison, value) for column, comparison, value in self.conditions()))

    @property
    def albums(self) -> "Filters":
        """The limits that name albums."""
        return Filters(**{name: value for name, value in self._values.items() if LIMITS[name].filter.column == ALBUM})

    def with_members(self, photo_ids: tuple[int, ...]) -> "Filters":
        """Return the limits with the ids of the photos in their albums."""
        named = self.albums._values
        return Filters(**{name: AlbumMembers(value, photo_ids) for name, value in named.items()}) | self

    @property
    def album_name(self) -> str:
        """The typed part of an album's name; empty without one."""
        return str(self._values.get("album_name", ""))

    @property
    def are_about_time(self) -> bool:
        """True if they limit when photos were taken."""
        return any(LIMITS[name].filter.column == DATED_AT for name in self._values)

    @property
    def dates(self) -> Dates | None:
        """The dates that photos must have, or may show."""
        dates = self._values.get("date")
        return dates if isinstance(dates, Dates) else None
