"""Go through the files of an import, batch by batch, checking or importing them; whenever it stops, it can go on."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path

from django.db import DataError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery import sources
from gallery.bulk_import.archives import remove_archives
from gallery.bulk_import.ledger import Sifted, count_date, item_of, sift, write_down
from gallery.bulk_import.notes import Notes
from gallery.bulk_import.presence import mark_presence
from gallery.bulk_import.reading import ARCHIVE_ERRORS, ReadFile, read_file, storable_path
from gallery.bulk_import.safety import ImportRefused, check_archive
from gallery.bulk_import.undo import undo_batch
from gallery.files import sync_files
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.quota import QuotaExceeded
from gallery.reading import blocks_of, printable
from gallery.sources.archives import ArchiveRefused
from gallery.sources.found import Found, FoundFile
from gallery.storing import Incoming, Stored, store_pictures

BATCH = 64
READERS = 2
# Batches that are being read while an earlier one is stored.
AHEAD = 1
SECONDS_BETWEEN_HEARTBEATS = 5
# The first half of the advisory lock that whoever works on an import holds; PostgreSQL drops it with the connection.
LEASE = 1_953_719

State = ImportJob.State
Progress = Callable[[ImportJob], None]


def run_job(job_id: int, *, seconds: float | None = None, progress: Progress = lambda _job: None) -> bool:
    """Do what the import's state asks for, for about so many `seconds`; False if somebody should go on with it.

    Nothing is done while another process works on it.
    """
    with _lease(job_id) as is_ours:
        job = ImportJob.objects.select_related("owner").filter(pk=job_id).first()
        if not is_ours or job is None or not job.is_busy:
            return True
        stop_at = time.monotonic() + seconds if seconds else float("inf")
        try:
            if job.state == State.UNDOING:
                return _undo(job, stop_at, progress)
            return _Pass(job, stop_at, progress).go()
        except (ImportRefused, ArchiveRefused, OSError, *ARCHIVE_ERRORS) as error:
            # A network share that is watched may come back; who has cancelled it meanwhile has the last word.
            after = State.WATCHING if job.watch else State.FAILED
            _end(job, after, only_from=job.state, error=str(error) or type(error).__name__)
            return True


@contextmanager
def _lease(job_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s::int)", [LEASE, job_id])
        (is_ours,) = cursor.fetchone()
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s::int)", [LEASE, job_id])


class _Pass:
    """One way through all files of an import, from the first; what the ledger has is skipped quickly."""

    def __init__(self, job: ImportJob, stop_at: float, progress: Progress) -> None:
        self.job = job
        self.state = job.state
        self.stop_at = stop_at
        self.progress = progress
        self.copies = job.mode == ImportJob.Mode.COPY and self.state == State.RUNNING
        self.beaten_at = 0.0
        self.notes = Notes(job)

    def go(self) -> bool:
        """True when all is done, or nobody wants it any more; False when the time is up."""
        for root in map(Path, self.job.roots):
            if root.is_file():
                check_archive(root)
            elif not root.is_dir():
                raise ImportRefused(_("There is no “%(path)s” any more.") % {"path": root.name})
        if self.job.expected is None or self.job.watch:
            expected = sum(1 for _found in self._scan())
            ImportJob.objects.filter(pk=self.job.pk).update(expected=expected)
        began = {"pass_began_at": timezone.now(), "pass_began_with": self.job.seen}
        ImportJob.objects.filter(pk=self.job.pk).update(**began)
        with closing(self.notes), ThreadPoolExecutor(READERS) as readers:
            for sifted, files in self._read_ahead(readers):
                if not self._settle(sifted, files):
                    return True
                self.notes.end(sifted.to_read)
                self.progress(self.job)
                # Not before something was done: to come this far anew may take as long as a slice.
                if (files or sifted.items) and time.monotonic() > self.stop_at:
                    return False
        _finish(self.job, self.state)
        return True

    def _scan(self) -> Iterator[Found]:
        roots = [Path(root) for root in self.job.roots]
        root = roots[0] if roots[0].is_dir() else roots
        return iter(sources.scan(root, profile=self.job.profile, ignore=self.job.ignore))

    def _read_ahead(self, readers: ThreadPoolExecutor) -> Iterator[tuple[Sifted, list[ReadFile]]]:
        """Batches with their files read: the next is read while the one before is stored, and no more than that."""
        waiting: deque[tuple[Sifted, list[Future[ReadFile]]]] = deque()
        taken: list[ReadFile] = []
        found = self._scan()
        try:
            while batch := list(islice(found, BATCH)):
                sifted = sift(batch, job=self.job)
                if any(map(self.notes.is_suspect, sifted.to_read)):
                    wait(future for _begun, reading in waiting for future in reading)
                waiting.append((sifted, self._begin_reading(sifted, readers)))
                if len(waiting) > AHEAD:
                    begun, reading = waiting.popleft()
                    taken = [future.result() for future in reading]
                    yield begun, taken
            while waiting:
                begun, reading = waiting.popleft()
                taken = [future.result() for future in reading]
                yield begun, taken
        finally:
            for _begun, reading in waiting:
                for future in reading:
                    if not future.cancel():
                        with suppress(Exception):
                            _discard([future.result()])
            _discard(taken)

    def _begin_reading(self, sifted: Sifted, readers: ThreadPoolExecutor) -> list[Future[ReadFile]]:
        """Have the files read; those at which a reader may have died, alone, before the others."""
        alone = {
            one.path: self._read_alone(one, sifted, readers) for one in filter(self.notes.is_suspect, sifted.to_read)
        }
        if fresh := [one for one in sifted.to_read if one.path not in alone]:
            self.notes.begin(fresh)
        return [alone.get(one.path) or readers.submit(self._read, one, sifted) for one in sifted.to_read]

    def _read_alone(self, found: FoundFile, sifted: Sifted, readers: ThreadPoolExecutor) -> Future[ReadFile]:
        if self.notes.is_deadly(found):
            return readers.submit(ReadFile, found, verdict="refused", reason=_("This file stops whoever reads it."))
        self.notes.begin([found])
        reading = readers.submit(self._read, found, sifted)
        wait([reading])
        self.notes.end([found])
        return reading

    def _read(self, found: FoundFile, sifted: Sifted) -> ReadFile:
        # What is there already need not be copied: a photo of the same size says that it may be.
        return read_file(found, job=self.job, copies=self.copies and found.size not in sifted.likely)

    def _settle(self, sifted: Sifted, files: Sequence[ReadFile]) -> bool:
        """Store what was read and write down what became of it, in one transaction; False if that is not wanted."""
        is_idle = not files and not sifted.items
        if is_idle and time.monotonic() - self.beaten_at < SECONDS_BETWEEN_HEARTBEATS:
            return True
        sync_files(file.temporary for file in files if file.temporary)
        try:
            with transaction.atomic():
                # Whoever pauses or cancels waits here until the batch is done; who stores anything else of the owner's
                # does not, for that may be what this batch waits for.
                jobs = ImportJob.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
                job = jobs.filter(pk=self.job.pk).first()
                if job is None or job.state != self.state:  # deleted with its owner, or told something else
                    return False
                self.job = job
                items = [*sifted.items, *(self._foresee(files) if self.state == State.CHECKING else self._store(files))]
                write_down(self.job, items, sifted.earlier)
                self.job.heartbeat = timezone.now()
                self.job.save(update_fields=["report", "tally", "heartbeat"])
        finally:
            _discard(files)
        self.beaten_at = time.monotonic()
        return True

    def _foresee(self, files: Sequence[ReadFile]) -> list[ImportItem]:
        """What would become of the files; nothing is changed."""
        digests = [file.fields["sha256"] for file in files if file.fields]
        known = dict(Photo.objects.filter(owner=self.job.owner, sha256__in=digests).values_list("sha256", "pk"))
        seen = set(self.job.items.filter(sha256__in=digests, verdict="new").values_list("sha256", flat=True))
        items = []
        for file in files:
            if not file.fields:
                items.append(item_of(file.found, file.verdict, reason=file.reason))
                continue
            sha256 = file.fields["sha256"]
            is_new = sha256 not in known and sha256 not in seen
            seen.add(sha256)
            verdict = ImportItem.Verdict.NEW if is_new else ImportItem.Verdict.DUPLICATE
            items.append(item_of(file.found, verdict, sha256=sha256, photo_id=known.get(sha256)))
            if is_new:
                count_date(self.job, file.fields["date_source"])
        return items

    def _store(self, files: Sequence[ReadFile]) -> list[ImportItem]:
        pictures = [(file, self._incoming(file)) for file in files if file.fields]
        try:
            with transaction.atomic():
                brought = [picture for _file, picture in pictures]
                outcomes: list[Stored | str] = [*store_pictures(brought, owner=self.job.owner, brought_by=self.job)]
        except (DataError, QuotaExceeded):
            # One of them says something that the database cannot hold, or is one too many: the others need not suffer.
            outcomes = [self._store_alone(picture) for _file, picture in pictures]
        items = [item_of(file.found, file.verdict, reason=file.reason) for file in files if not file.fields]
        for (file, _picture), outcome in zip(pictures, outcomes, strict=True):
            items.append(self._outcome(file, outcome))
        return items

    def _store_alone(self, picture: Incoming) -> Stored | str:
        """What was stored, or why it was not."""
        try:
            with transaction.atomic():
                return store_pictures([picture], owner=self.job.owner, brought_by=self.job)[0]
        except DataError:
            return _("What the file says of itself cannot be stored.")
        except QuotaExceeded as error:
            return str(error)

    def _outcome(self, file: ReadFile, stored: Stored | str) -> ImportItem:
        if isinstance(stored, str):
            return item_of(file.found, "refused", reason=stored)
        if stored.created:
            count_date(self.job, stored.photo.date_source)
        return item_of(
            file.found,
            ImportItem.Verdict.NEW if stored.created else ImportItem.Verdict.DUPLICATE,
            photo=stored.photo,
            created=stored.created,
            filled=stored.filled,
            sha256=stored.photo.sha256,
        )

    def _incoming(self, file: ReadFile) -> Incoming:
        found, claims = file.found, file.found.claims
        source = PhotoSource(
            path=storable_path(found.path),
            managed=self.job.mode == ImportJob.Mode.COPY or not found.is_plain,
            job=self.job,
            modified_at=found.modified_at,
            albums=list(map(printable, claims.albums)),
            account=printable(claims.account),
            conversation=printable(claims.conversation),
            sidecar=storable_path(claims.sidecar),
            is_archived=claims.is_archived,
        )
        return Incoming(file.fields, source, partial(_blocks, found), file.temporary)


def _blocks(found: FoundFile) -> Iterator[bytes]:
    with found.open() as file:
        yield from blocks_of(file)


def _discard(files: Sequence[ReadFile]) -> None:
    for file in files:
        if file.temporary:
            file.temporary.unlink(missing_ok=True)


def _finish(job: ImportJob, state: str) -> None:
    """All files have been looked at."""
    if state == State.CHECKING:
        _end(job, State.READY, only_from=state)
        return
    job.items.filter(is_foreseen=True).delete()  # files that are gone since the check
    if job.mode == ImportJob.Mode.IN_PLACE:
        mark_presence(job)
    if _end(job, State.WATCHING if job.watch else State.FINISHED, only_from=state):
        remove_archives(job)


def _undo(job: ImportJob, stop_at: float, progress: Progress) -> bool:
    while undo_batch(job):
        ImportJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now())
        progress(job)
        if time.monotonic() > stop_at:
            return False
    _end(job, State.UNDONE, only_from=State.UNDOING)
    return True


def _end(job: ImportJob, state: str, *, only_from: str, error: str = "") -> bool:
    jobs = ImportJob.objects.filter(pk=job.pk, state=only_from)
    return bool(jobs.update(state=state, error=error, heartbeat=timezone.now(), finished_at=timezone.now()))
