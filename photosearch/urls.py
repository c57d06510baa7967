"""Addresses of the whole site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from gallery.views.login import ChangePassword, LogIn, choose_language
from gallery.views.open_id import go_to_provider, offer_connection, remove_connection, return_from_provider
from gallery.views.passkeys import AddPasskey, ConfirmPasskey, LogInByPasskey, RemovePasskey, RenamePasskey
from gallery.views.passwords import SetPassword, help_with_password
from gallery.views.second_step import ConfirmCode, ConfirmPassword, SecondStep
from gallery.views.two_factor import MakeRecoveryCodes, SetUpApp, ShowRecoveryCodes, TurnOffApp, show_two_factor
from photosearch.manifest import send_manifest
from photosearch.monitoring.health import show_health

# Only the strings of gallery: the admin has many. The address in the page includes the language.
script_strings = cache_control(max_age=3600)(JavaScriptCatalog.as_view(packages=["gallery"]))

urlpatterns = [
    path("health", show_health, name="health"),
    path("manifest.webmanifest", send_manifest, name="manifest"),
    path("login/", LogIn.as_view(), name="login"),
    path("login/", LogIn.as_view(), name="account_login"),  # django-allauth's name of it
    path("login/code/", SecondStep.as_view(), name="mfa_authenticate"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("password/", ChangePassword.as_view(), name="password"),
    path("password/forgotten/", help_with_password, name="forgotten_password"),
    path("password/set/<str:uidb64>/<str:token>/", SetPassword.as_view(), name="set_password"),
    path("login/passkey/", LogInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("login/openid/", go_to_provider, name="open_id_login"),
    path("login/openid/callback/", return_from_provider, name="open_id_callback"),
    path("account/openid/", offer_connection, name="open_id_connect"),
    path("account/openid/remove/", remove_connection, name="open_id_disconnect"),
    path("account/confirm/", ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("account/confirm/code/", ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", ConfirmPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    # django-allauth's names: it redirects to them. Its other pages have no addresses here.
    path("account/two-factor/", show_two_factor, name="mfa_index"),
    path("account/two-factor/app/", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("account/two-factor/app/off/", TurnOffApp.as_view(), name="mfa_deactivate_totp"),
    path("account/two-factor/codes/", ShowRecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("account/two-factor/codes/new/", MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("account/two-factor/passkeys/new/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/two-factor/passkeys/<int:pk>/", RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("account/two-factor/passkeys/<int:pk>/remove/", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("language/", choose_language, name="set_language"),
    path("jsi18n/", login_not_required(script_strings), name="javascript-catalog"),
    path("api/", include("photosearch.api_urls")),
    # The admin uses our login page. It is also shown to users who are logged in without being administrators, so that
    # they can log in as another user.
    path("admin/login/", LogIn.as_view(redirect_authenticated_user=False)),
    path("admin/password_change/", ChangePassword.as_view()),
    path("admin/", admin.site.urls),
    path("", include("search.urls")),
    path("", include("gallery.urls")),
]
handler400 = "gallery.views.errors.bad_request"
handler500 = "gallery.access.problems.server_error"
