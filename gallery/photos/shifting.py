"""Shift local times by calendar and clock units, for photos of cameras whose clock was wrong."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

# Years that the timeline shows.
YEARS = range(1000, 3000)


@dataclass(frozen=True)
class Shift:
    """An amount of time; negative units move a date into the past."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    def __bool__(self) -> bool:
        return self != Shift()

    def __neg__(self) -> "Shift":
        return Shift(**{name: -value for name, value in vars(self).items()})

    def apply(self, moment: datetime) -> datetime | None:
        """Return the shifted local time; None outside YEARS.

        Years and months come first and keep the day, or take the last one of a shorter month: 29 February becomes 28
        February. The other units count as on a clock that no daylight saving time changes.
        """
        months = (moment.year + self.years) * 12 + moment.month - 1 + self.months
        year, month = months // 12, months % 12 + 1
        if not 1 <= year <= 9999:
            return None
        day = min(moment.day, monthrange(year, month)[1])
        try:
            shifted = moment.replace(year=year, month=month, day=day) + timedelta(
                days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds
            )
        except OverflowError:
            return None
        return shifted if shifted.year in YEARS else None
