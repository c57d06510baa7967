"""The pages of imports: list, new import, progress and actions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reselect, retarget

from gallery.access import PageRequest
from gallery.access.body_gate import refuse
from gallery.access.body_limits import FORM_OVERHEAD
from gallery.access.permissions import may_administrate
from gallery.account import account_of
from gallery.bulk_import.actions import ImportAction, apply_action, possible_actions
from gallery.bulk_import.creation import create_confined_job, create_sent_job, create_upload_job
from gallery.bulk_import.forms import PROFILE_NAMES, ImportForm
from gallery.bulk_import.reasons import reason_text
from gallery.bulk_import.safety import ImportRefused, allowed_roots, confine, list_subfolders
from gallery.bulk_import.tasks import enqueue_import
from gallery.intake.quota import QuotaExceeded, refuse_beyond_quota
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource, Witness
from gallery.storage.path_names import Places

SHOWN_IMPORTS = 100
MINUTE = timedelta(minutes=1)


@require_safe
def list_imports(request: PageRequest) -> HttpResponse:
    """List the imports that the user may follow, newest first."""
    jobs = ImportJob.objects.followed_by(request.user).select_related("owner").order_by("-pk")
    shown = [(job, _place(request, job)) for job in jobs[:SHOWN_IMPORTS]]
    return render(request, "gallery/imports/imports.html", {"jobs": shown})


# The CSRF token is in the body; login, origin and quota are checked before the body is read.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def new_import(request: PageRequest) -> HttpResponse:
    """Show the form, or for htmx its folder list; POST starts the preview or the import."""
    # Checked before the archive is written to disk; FORM_OVERHEAD is the size of the rest of the form.
    if request.method == "POST" and (size := int(request.headers.get("Content-Length") or 0)) > FORM_OVERHEAD:
        try:
            refuse_beyond_quota(size - FORM_OVERHEAD, account=account_of(request.user))
        except QuotaExceeded as error:
            return refuse(request, 413, str(error))
    return csrf_protect(_new_import)(request)


def _new_import(request: PageRequest) -> HttpResponse:
    folder = request.GET.get("folder", "")
    if request.htmx and request.method != "POST":
        return render(request, "gallery/imports/_folders.html", _folders(request, folder))
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            job = _create(request, form)
        except (ImportRefused, QuotaExceeded) as error:
            form.add_error(None, str(error))
        else:
            enqueue_import(job.pk)
            return redirect("gallery:import", job.pk)
    context = {"form": form, **_folders(request, request.POST.get("folder") or folder)}
    return render(request, "gallery/imports/new_import.html", context, status=400 if form.errors else 200)


@require_safe
@vary_on_headers("HX-Request")
def show_import(request: PageRequest, job_id: int) -> HttpResponse:
    """Show an import, or for htmx only its progress.

    If its state changed since htmx's last request, the response replaces the whole import instead of the figures.
    """
    job = ImportJob.objects.get_followed_or_404(job_id, user=request.user)
    is_new_state = request.GET.get("state") not in (None, job.state)
    response = _page(request, job, is_new_state=is_new_state)
    if is_new_state:
        retarget(reselect(response, "#import"), "#import")
    return response


@require_POST
def control_import(request: PageRequest, job_id: int) -> HttpResponse:
    """Start, pause, resume, cancel or undo an import."""
    job = ImportJob.objects.get_followed_or_404(job_id, user=request.user)
    action = request.POST.get("action", "")
    if action not in ImportAction.values:
        raise BadRequest(_("Unknown action."))
    if apply_action(job, ImportAction(action), user=request.user) and job.is_busy:
        enqueue_import(job.pk)
    return _page(request, job, is_action_result=True) if request.htmx else redirect("gallery:import", job.pk)


def _create(request: PageRequest, form: ImportForm) -> ImportJob:
    starts_now = request.POST.get("go") == "import"
    owner: User = form.cleaned_data["owner"]
    options = form.options(state=ImportJob.State.RUNNING if starts_now else ImportJob.State.CHECKING)
    if archive := form.cleaned_data["archive"]:
        return create_upload_job(
            archive.chunks(1 << 20),
            filename=archive.name,
            size=archive.size,
            owner=owner,
            started_by=request.user,
            options=options,
        )
    if sent := form.cleaned_data["upload"]:
        return create_sent_job(sent.pk, owner=owner, started_by=request.user, options=options)
    folder = Path(form.cleaned_data["folder"])
    return create_confined_job(folder, owner=owner, started_by=request.user, options=options)


def _page(
    request: PageRequest, job: ImportJob, *, is_action_result: bool = False, is_new_state: bool = False
) -> HttpResponse:
    is_own = job.owner_id == request.user.pk
    # Counts of duplicates would reveal to others which files the owner has.
    numbers = job.counts if is_own else {}
    context = {
        "job": job,
        "place": _place(request, job),
        "is_action_result": is_action_result,
        "is_new_state": is_new_state,
        "is_own": is_own,
        "actions": possible_actions(job),
        "profile": PROFILE_NAMES[job.profile] if job.profile != "auto" else "",
        "figures": [(verdict, verdict.label, _number(numbers.get(verdict, 0))) for verdict in ImportItem.Verdict]
        if is_own
        else [],
        "seen": _number(job.seen),
        "all": _number(job.expected_files) if job.expected_files else "",
        "pace": _pace(job.files_per_second),
        "time_left": _time_left(job.ends_at),
        "bytes": numbers.get("bytes", 0),
        "dates": _dates(numbers.get("dates", {})),
        "reasons": [(reason_text(reason), count) for reason, count in _sums(numbers.get("reasons", {}))],
        "damaged": _number(damaged) if (damaged := 0 if job.is_busy or not is_own else _damaged(job)) else "",
        "error": job.places(shows_paths=may_administrate(request)).in_words(reason_text(job.error)),
        "removed_at": job.removed_at,
        "removable": _removable(job) if is_own and "undo" in possible_actions(job) else None,
    }
    return render(request, "gallery/imports/_progress.html" if request.htmx else "gallery/imports/import.html", context)


def _pace(files_per_second: float) -> str:
    return number_format(files_per_second, decimal_pos=0 if files_per_second >= 10 else 1) if files_per_second else ""


def _time_left(ends_at: datetime | None) -> str:
    if ends_at is None:
        return ""
    if ends_at - timezone.now() < MINUTE:
        return _("less than a minute left")
    return _("about %(time)s left") % {"time": timeuntil(ends_at)}


def _dates(dates: dict[str, int]) -> list[tuple[str, str]]:
    labels = dict(Witness.choices)
    return [(str(labels.get(kind) or _("no date")), count) for kind, count in _sums(dates)]


def _sums(counts: dict[str, int]) -> list[tuple[str, str]]:
    """Return counts above zero as text, highest first."""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return [(name, _number(count)) for name, count in ordered if count]


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


def _damaged(job: ImportJob) -> int:
    """Count the imported files in which processing has found damage."""
    broken = ~Q(photo__defect="") | ~Q(photo__note="")
    return job.items.filter(broken, photo__isnull=False, verdict__in=("new", "duplicate", "known"), reason="").count()


def _removable(job: ImportJob) -> dict[str, int]:
    """Count the photos that an undo would remove, which have no other source, and the edited ones among them."""
    elsewhere = PhotoSource.objects.filter(photo__owner_id=job.owner_id).exclude(job=job)
    photos = Photo.objects.filter(sources__job=job).exclude(pk__in=elsewhere.values("photo"))
    is_edited = Q(edited_at__isnull=False)
    return photos.aggregate(all=Count("pk", distinct=True), edited=Count("pk", distinct=True, filter=is_edited))


def _place(request: PageRequest, job: ImportJob) -> str:
    """Return the roots of an import as `user` may see them."""
    places = job.places(shows_paths=may_administrate(request))
    return ", ".join(map(places.name, job.roots))


def _folders(request: PageRequest, chosen: str) -> dict[str, Any]:
    """Return the subfolders of a folder and the path to it, or the roots; each with its form value."""
    places = Places(shows_paths=may_administrate(request))

    def named(paths: Iterable[Path]) -> list[tuple[str, Path]]:
        return [(places.name(str(path)), path) for path in paths]

    roots = allowed_roots()
    if not chosen:
        return {"folders": named(roots)}
    try:
        here = confine(Path(chosen))
        inside = list_subfolders(here)
    except ImportRefused as error:
        return {"folders": named(roots), "folder_error": str(error)}
    except (ValueError, OSError):
        return {"folders": named(roots), "folder_error": _("This folder cannot be opened.")}
    root = next(root for root in roots if here.is_relative_to(root))
    way = [path for path in reversed([here, *here.parents]) if path.is_relative_to(root)]
    return {"folders": named(inside), "here": places.name(str(here)), "way": named(way)}
