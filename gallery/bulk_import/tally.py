"""Check at the end of a pass that its counts add up: every file that was listed has exactly one result."""

import logging
from collections import Counter

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from gallery.bulk_import.items import Batch, counts_of
from gallery.models import ImportItem, ImportJob

logger = logging.getLogger(__name__)


class Tally:
    """The numbers of files that one pass listed, found up to date, and saved."""

    def __init__(self, job: ImportJob) -> None:
        self._is_check = job.state == ImportJob.State.CHECKING
        self._before = self._items(job).count()
        self._listed = self._up_to_date = self._saved = self._replaced = 0

    def add(self, batch: Batch) -> None:
        """Count the files of a batch that was listed."""
        self._listed += batch.listed
        self._up_to_date += batch.listed - len(batch.to_read) - len(batch.finished_items)

    def add_saved(self, batch: Batch, items: list[ImportItem]) -> None:
        """Count the items that were saved for a batch."""
        identities = {item.identity for item in items}
        replaced = [batch.earlier_items[identity] for identity in identities & batch.earlier_items.keys()]
        self._saved += len(identities)
        self._replaced += sum(item.is_preview == self._is_check for item in replaced)

    def finish(self, job: ImportJob) -> str:
        """Set the number of expected files to that of the results; return an error if the numbers differ.

        Files may have come since they were counted, and results of files that have gone stay.
        """
        results = self._items(job).order_by().values_list("verdict").annotate(Count("pk"))
        recorded: Counter[str] = Counter(dict(results))
        counted = Counter({verdict: counts_of(job).get(verdict, 0) for verdict in ImportItem.Verdict.values})
        total = recorded.total()
        expected = job.expected_files
        ImportJob.objects.filter(pk=job.pk).update(expected_files=total)
        if expected not in (None, total):
            logger.info("Import %d: %d files were counted, %d have a result", job.pk, expected, total)
        has_gap = self._listed != self._up_to_date + self._saved or total != self._before + self._saved - self._replaced
        if not has_gap and recorded == counted:
            return ""
        logger.error(
            "Import %d does not add up: %d listed, %d up to date, %d saved, %d of these replaced others, "
            "%d before; recorded %s, counted %s",
            *(job.pk, self._listed, self._up_to_date, self._saved, self._replaced, self._before),
            *(dict(recorded), dict(counted)),
        )
        return _("The counts of this import do not add up: %(listed)d files were found, %(total)d have a result.") % {
            "listed": self._listed,
            "total": total,
        }

    def _items(self, job: ImportJob) -> QuerySet[ImportItem]:
        return job.items.filter(is_preview=self._is_check)
