"""Django settings of the login: lockouts, passwords and the second factor."""

from datetime import timedelta

from photosearch.environment import env

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "gallery:photos"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Failed logins and password changes for one name from one address (IPv6: network) until the name is locked there.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "gallery.views.login.show_lockout"
AXES_CLIENT_IP_CALLABLE = "gallery.access.addresses.client_network"
# Masked in recorded attempts; "password" always is.
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password1", "new_password2"]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Logins from one address or IPv6 network under any names; axes counts each name separately.
LOGINS_PER_MINUTE = 60
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # seconds, of all links that set a password
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

# --- Two-factor login: django-allauth behind our own pages (docs/adr/0023-two-factor-login.md) ----------------------
ACCOUNT_ADAPTER = "gallery.access.login_steps.LoginSteps"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_UNIQUE_EMAIL = False
# Wrong codes of one user from all addresses; django-axes counts them by address, too.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key", "reauthenticate": None}
MFA_ADAPTER = "gallery.access.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False  # ours apply
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "photosearch"
MFA_TOTP_TOLERANCE = 1  # the clock of a telephone may be half a minute off

# --- Login through an OpenID Connect provider (docs/adr/0024-openid-connect.md) --------------------------------------
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
# The name on the button.
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
OIDC_CREATES_USERS = env.bool("OIDC_CREATES_USERS", default=False)
OIDC_EMAIL_DOMAINS = env.list("OIDC_EMAIL_DOMAINS", default=[])
OIDC_REQUIRED_CLAIM = env.str("OIDC_REQUIRED_CLAIM", default="")
SOCIALACCOUNT_STORE_TOKENS = False
