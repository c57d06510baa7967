"""Parse dates in the names of files and folders, as written by cameras, phones, chat programs and people."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from gallery.pictures.metadata import is_believable

# mmexport1682913600000.jpg, wx_camera_1682913600000.jpg, microMsg.1682913600000.jpg, FB_IMG_1682913600000.jpg,
# 1682913600000.jpg, received_1682913600000.jpg; in seconds: wx_camera_1682913600.jpg, 1682913600.jpg
EPOCH_IN_NAME = re.compile(
    r"(?:^|(?:mmexport|wx_camera_|microMsg\.|FB_IMG_|received_|IMG_|image_|photo_))(1\d{9}(?:\d{3})?)(?!\d)",
    re.IGNORECASE,
)
# IMG_20230501_123456, Screenshot_2023-05-01-12-34-56-78_…, PXL_20230501_123456789, WX20230501-123456@2x,
# QQ截图20230501123456, 微信图片_20230501123456, IMG-20230501-WA0001, Screenshot 2023-05-01 at 3.04.05 PM,
# 截屏2023-05-01 下午3.04.05, photo_2023-05-01_12-34-56, signal-2023-05-01-123456, WhatsApp Image 2023-05-01 at 12.34.56
DATE_IN_NAME = re.compile(
    r"""(?<!\d)(?P<year>19\d\d|20\d\d)(?P<dash>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=dash)(?P<day>0[1-9]|[12]\d|3[01])
        (?:
            (?:[-_.\sT]|\sat\s|\sum\s|\sà\s)?(?P<noon>[上下]午)?
            (?P<hour>[01]?\d|2[0-3])(?P<colon>[-_.:]?)(?P<minute>[0-5]\d)(?P=colon)(?P<second>[0-5]\d)
            (?:[-_.]?\d{1,3})?(?!\d)\s?(?P<meridiem>[AP]M)?
          |
            (?!\d)
        )""",
    re.VERBOSE | re.IGNORECASE,
)
# photo_…@01-05-2023_12-34-56.jpg, photo_1@01-05-2023_12-34-56.jpg: Telegram's exports
DAY_FIRST_IN_NAME = re.compile(
    r"@(?P<day>0[1-9]|[12]\d|3[01])-(?P<month>0[1-9]|1[0-2])-(?P<year>20\d\d)"
    r"_(?P<hour>[01]\d|2[0-3])-(?P<minute>[0-5]\d)-(?P<second>[0-5]\d)(?!\d)"
)
# 2023年5月1日 12时34分56秒, 2023年05月01日
CHINESE_DATE_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>19\d\d|20\d\d)\s?年\s?(?P<month>1[0-2]|0?[1-9])\s?月\s?(?P<day>3[01]|[12]\d|0?[1-9])\s?日"
    r"(?:\s?(?P<hour>[01]?\d|2[0-3])[时:](?P<minute>[0-5]?\d)[分:](?P<second>[0-5]?\d))?"
)


def date_in_filename(filename: str) -> tuple[datetime | None, int | None]:
    """Return the local time in a file name, and its offset in minutes if known."""
    for match in EPOCH_IN_NAME.finditer(filename):
        seconds = int(match[1]) / (1000 if len(match[1]) == 13 else 1)
        taken_at, offset = local_time(datetime.fromtimestamp(seconds, UTC))
        if is_believable(taken_at):
            return taken_at, offset
    for pattern in (DAY_FIRST_IN_NAME, DATE_IN_NAME, CHINESE_DATE_IN_NAME):
        for match in pattern.finditer(filename):
            if (named := _named_date(match)) and is_believable(named):
                return named, None
    return None, None


def local_time(moment: datetime) -> tuple[datetime, int]:
    """Return `moment` as local time in TIME_ZONE, to the second, and the offset in minutes east of UTC."""
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    offset = local.utcoffset() or timedelta()
    return local.replace(tzinfo=None, microsecond=0), int(offset.total_seconds() // 60)


def _named_date(match: re.Match[str]) -> datetime | None:
    groups = match.groupdict()
    numbers = [int(groups[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    half = groups.get("noon") or (groups.get("meridiem") or "").upper()
    if half in ("PM", "下午") and numbers[3] < 12:
        numbers[3] += 12
    elif half in ("AM", "上午") and numbers[3] == 12:
        numbers[3] = 0
    try:
        return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:  # day 31 of a shorter month
        return None
