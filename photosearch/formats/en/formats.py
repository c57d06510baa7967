"""One spelling of dates and times on all English pages: Nov 28, 2026, 6:30 PM."""

DATE_FORMAT = SHORT_DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "M j, Y, g:i A"
