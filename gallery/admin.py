"""Django's admin shows users and groups and nothing else: photos are private, to administrators too."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.deletion import delete_photos
from gallery.models import Photo

admin.site.site_header = admin.site.site_title = gettext_lazy("photosearch: users")
admin.site.unregister(apps.get_model("django_dramatiq", "Task"))
admin.site.unregister(User)


@admin.register(User)
class OwnerAdmin(UserAdmin):
    """Users, whose photos go with them."""

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What would be deleted, in numbers: Django would list the names of the photos and the texts found in them."""
        lines = [
            _("%(user)s, and all photos of theirs: %(count)d")
            % {"user": user.get_username(), "count": user.photos.count()}
            for user in objs
        ]
        return lines, {str(User._meta.verbose_name_plural): len(lines)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the photos first: their files and index entries would outlive the rows."""
        delete_photos(Photo.objects.all(), user=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The same for several."""
        for user in queryset:
            self.delete_model(request, user)
