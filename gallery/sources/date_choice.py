"""Choose when a picture was taken: the first plausible date from a list of sources, the most reliable first."""

import re
from datetime import datetime, timedelta

from gallery.pictures.metadata import Metadata, is_believable
from gallery.sources.dates_in_names import date_in_filename, local_time
from gallery.sources.source_files import SourceMetadata

EARLIEST_FOLDER = datetime(1900, 1, 1)  # noqa: DTZ001  (local times have no zone)
DAY = timedelta(days=1)

# Names of dated folders: a whole year (2023, 2023年, 2023 年的照片, Photos from 2023), a month of it
# (2023-05, 202305, 2023_05 Trip, 2023年5月), or below those a month (05, 5月, 05 May) and a day (01).
YEAR = re.compile(r"(?:^|.*\s)((?:19|20)\d\d)(?:$|年|\s.*)")
MONTH = re.compile(r"^((?:19|20)\d\d)(?:[-_.]|\s?年\s?|(?=\d\d(?!\d)))(1[0-2]|0?[1-9])(?![-_.]?\d)")
PART = re.compile(r"^(\d{1,2})(?:$|[月日]|[-_\s]\D.*)")

Period = tuple[datetime, datetime]


def choose_date(
    metadata: Metadata, source_metadata: SourceMetadata, *, filename: str, path: str, modified_at: datetime | None
) -> tuple[datetime | None, int | None, str]:
    """Return local time, its offset in minutes if known, and the source of the date (a value of Witness).

    The order is EXIF, sidecar, GPS, file name, folders of `path`, modification time. Instants without a place (sidecar,
    GPS, Unix times in names, modification time) are converted to this server's TIME_ZONE.
    """
    if metadata.taken_at:
        return metadata.taken_at, metadata.taken_offset, "exif"
    if source_metadata.taken_at:
        return source_metadata.taken_at, source_metadata.taken_offset, source_metadata.date_source
    if metadata.gps_at:
        return *local_time(metadata.gps_at), "gps"
    taken_at, taken_offset = date_in_filename(filename)
    if taken_at:
        return taken_at, taken_offset, "filename"
    return _date_of_folder_or_file(path, modified_at)


def period_of_folders(path: str) -> Period | None:
    """Return start and end of the day, month or year that the innermost dated folder of `path` names."""
    # Ignore the archive's own name: its date is that of the export.
    folders = path.rpartition("!/")[2].split("/")[:-1]
    for depth in range(len(folders), 0, -1):
        if period := _period(folders[:depth]):
            return period
    return None


def _date_of_folder_or_file(path: str, modified_at: datetime | None) -> tuple[datetime | None, int | None, str]:
    written_at, offset = local_time(modified_at.replace(microsecond=0)) if modified_at else (None, None)
    if written_at and not is_believable(written_at):
        written_at = offset = None
    period = period_of_folders(path)
    if period and written_at and period[0] <= written_at < period[1]:
        return written_at, offset, "folder"  # Both agree, and the modification time is more precise.
    # A file older than its folder's date was not taken then: the folder is named after its own creation.
    if period and (written_at is None or written_at > period[0] - DAY):
        return period[0], None, "folder"
    return (written_at, offset, "file") if written_at else (None, None, "")


def _period(folders: list[str]) -> Period | None:
    """Return the period that the last of `folders` names, alone or together with the folders above it."""
    *above, name = (folder.strip() for folder in folders[-3:])
    day, _offset = date_in_filename(name)
    if day:
        midnight = day.replace(hour=0, minute=0, second=0)
        return midnight, midnight + DAY
    if month := MONTH.match(name):
        return _month(int(month[1]), int(month[2]))
    if (part := PART.match(name)) and above:
        return _part(int(part[1]), above)
    if year := YEAR.match(name):
        return _within(datetime(int(year[1]), 1, 1), datetime(int(year[1]) + 1, 1, 1))  # noqa: DTZ001
    return None


def _part(number: int, above: list[str]) -> Period | None:
    """Return month `number` of the year, or day `number` of the month, that the folders above name."""
    if month := MONTH.match(above[-1]):
        return _day(int(month[1]), int(month[2]), number)
    if year := re.match(r"^((?:19|20)\d\d)年?$", above[-1]):
        return _month(int(year[1]), number)
    if len(above) == 2 and (part := PART.match(above[1])) and (year := re.match(r"^((?:19|20)\d\d)年?$", above[0])):
        return _day(int(year[1]), int(part[1]), number)
    return None


def _month(year: int, month: int) -> Period | None:
    if not 1 <= month <= 12:
        return None
    begin = datetime(year, month, 1)  # noqa: DTZ001
    return _within(begin, (begin + 31 * DAY).replace(day=1))


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        begin = datetime(year, month, day)  # noqa: DTZ001
    except ValueError:
        return None
    return _within(begin, begin + DAY)


def _within(begin: datetime, end: datetime) -> Period | None:
    return (begin, end) if is_believable(begin, since=EARLIEST_FOLDER) else None
