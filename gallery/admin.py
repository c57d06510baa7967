"""Django's admin, for users only: photos are private, even to administrators."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.utils import reset
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.account import Account
from gallery.user_deletion import delete_user
from gallery.users.forms import GigabytesField

admin.site.site_header = admin.site.site_title = gettext_lazy("photosearch users")
admin.site.unregister(apps.get_model("django_dramatiq", "Task"))
admin.site.unregister([User, Group])
# Administrators see no secrets, and django-allauth's e-mail addresses are unused.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])


class QuotaForm(forms.ModelForm):
    """The quota in binary gigabytes, like all sizes on the pages."""

    gigabytes = GigabytesField(label=gettext_lazy("Quota (GB)"), help_text=gettext_lazy("Leave empty for no limit."))

    class Meta:
        model = Account
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.quota is not None:
            self.initial["gigabytes"] = self.instance.quota

    def save(self, commit: bool = True) -> Account:
        """Save the quota in bytes."""
        self.instance.quota = self.cleaned_data["gigabytes"]
        account: Account = super().save(commit)
        return account


class QuotaInline(admin.StackedInline):
    """The quota, on the page of a user."""

    model = Account
    form = QuotaForm
    can_delete = False
    verbose_name = verbose_name_plural = gettext_lazy("Storage")


@admin.register(User)
class OwnerAdmin(UserAdmin):
    """Users, with the number and total size of their photos. Deleting a user deletes their photos."""

    list_display = ("username", "email", "is_staff", "is_active", "photo_count", "used", "quota")
    list_select_related = ("account",)
    list_filter = ("is_staff", "is_active")
    # Without single permissions, which photosearch does not use.
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (None, {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    inlines = (QuotaInline,)
    actions = ("unlock",)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:  # noqa: ARG002 - Django's signature
        """Show the quota only for existing users."""
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Protect administrators from taking away their own access."""
        return ("is_active", "is_staff", "is_superuser") if obj == request.user else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to delete the administrator who asks."""
        return obj != request.user and super().has_delete_permission(request, obj)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Allow only the declared filters: other lookups would reveal the owner of a photo, token or import."""
        return lookup in {f"{name}__exact" for name in self.list_filter}

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return users with the number and total size of their photos."""
        return super().get_queryset(request).annotate(count=Count("photos"), bytes=Sum("photos__file_size", default=0))

    @admin.display(description=gettext_lazy("photos"), ordering="count")
    def photo_count(self, obj: Any) -> int:
        return int(obj.count)

    @admin.display(description=gettext_lazy("stored"), ordering="bytes")
    def used(self, obj: Any) -> str:
        return str(filesizeformat(obj.bytes))

    @admin.display(description=gettext_lazy("quota"), ordering="account__quota")
    def quota(self, obj: User) -> str | None:
        account = getattr(obj, "account", None)
        return filesizeformat(account.quota) if account and account.quota is not None else None

    @admin.action(description=gettext_lazy("Unlock selected users"))
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Clear failed logins, so that the users can log in again."""
        for user in queryset:
            reset(username=user.get_username())
        messages.success(request, _("Users unlocked."))

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return only counts: Django would list file names of photos and the text in them."""
        lines = [
            _("%(user)s and %(count)d photos") % {"user": user.get_username(), "count": user.photos.count()}
            for user in objs
        ]
        return lines, {str(User._meta.verbose_name_plural): len(lines)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:  # noqa: ARG002 - Django's signature
        """Delete the user with all of their data."""
        delete_user(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete each user but the administrator who asks, with all of their data."""
        for user in queryset:
            if user != request.user:
                delete_user(user)
