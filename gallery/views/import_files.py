"""The files of an import with their verdicts, as a table and as CSV, for the owner only."""

import csv
from collections.abc import Iterator

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.access import PageRequest
from gallery.access.permissions import may_administrate
from gallery.bulk_import.forms import FilesForm
from gallery.bulk_import.reasons import explain
from gallery.models import ImportItem, ImportJob
from gallery.storage.path_names import Places

PAGE_SIZE = 100
CHUNK = 2000


@require_safe
@vary_on_headers("HX-Request")
def show_files(request: PageRequest, job_id: int) -> HttpResponse:
    """List the files in order of discovery, optionally of one verdict; for htmx only the table."""
    job = ImportJob.objects.get_visible_or_404(job_id, user=request.user)
    form = FilesForm(request.GET)
    if not form.is_valid():
        raise Http404
    verdict, after = form.cleaned_data["verdict"], form.cleaned_data["after"]
    items = job.items.select_related("photo").order_by("pk").filter(pk__gt=after or 0)
    if verdict:
        items = items.filter(verdict=verdict)
    page = list(items[: PAGE_SIZE + 1])
    context = {
        "job": job,
        "rows": [(item, _short(item.path, job), explain(item)) for item in page[:PAGE_SIZE]],
        "verdict": verdict,
        "figures": [(one, one.label, job.counts.get(one, 0)) for one in ImportItem.Verdict],
        "after": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None,
        "is_later": bool(after),
    }
    return render(request, "gallery/imports/_files.html" if request.htmx else "gallery/imports/files.html", context)


@require_safe
def send_csv(request: PageRequest, job_id: int) -> StreamingHttpResponse:
    """Stream all files as CSV."""
    job = ImportJob.objects.get_visible_or_404(job_id, user=request.user)
    places = job.places(shows_paths=may_administrate(request))
    response = StreamingHttpResponse(_lines(job, places), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}.csv"'
    return response


def _lines(job: ImportJob, places: Places) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["path", "verdict", "reason", "bytes", "sha256", "photo"])
    for item in job.items.select_related("photo").order_by("pk").iterator(CHUNK):
        photo = item.photo_id or ""
        path = _no_formula(places.name(item.path))
        yield writer.writerow([path, item.verdict, explain(item), item.size, item.sha256, photo])


def _no_formula(text: str) -> str:
    """Escape text that spreadsheets would run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class _Echo:
    """A file for csv.writer whose `write` returns the line."""

    def write(self, line: str) -> str:
        return line


def _short(path: str, job: ImportJob) -> str:
    """Return the path below the import's root."""
    for root in job.roots:
        if path.startswith(root):
            return path[len(root) :].lstrip("!/") or job.places(shows_paths=False).name(path)
    return job.places(shows_paths=False).name(path)
