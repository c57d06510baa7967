"""Drop of privileges: `manage.py` started by root continues as an account without privileges."""

import logging
import os
import sys
import sysconfig
from pathlib import Path

import environ

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount, server_account
from photosearch.embedded.elasticsearch_build import built_below
from photosearch.embedded.exiftool import is_provided
from photosearch.embedded.npm import keep_registry
from photosearch.embedded.ownership import owner_of, take_folder
from photosearch.embedded.programs import choose_assistant_listener, choose_listener
from photosearch.embedded.provision import check_path
from photosearch.embedded.walking import open_way

CHECKOUT = Path(__file__).resolve().parents[2]
# Commands that write into the checkout instead of the data folder.
COMMANDS_OF_DEVELOPERS = frozenset(
    ("compilemessages", "makemessages", "makemigrations", "optimizemigration", "spectacular", "squashmigrations")
)
DATA_FOLDER_OF_ROOT = "/var/lib/photosearch"
# Settings with files or folders that the account must be able to read.
READ_BY_SETTINGS = ("IMPORT_ROOTS", "CLIP_WEIGHTS", "CLIP_DOWNLOAD_ROOT", "OCR_MODEL_DIR", "EXIFTOOL")
TEMPORARY = ("TMPDIR", "TMP", "TEMP")
FIRST_FREE_PORT = 1024


def leave_root(arguments: list[str]) -> None:
    """Replace this process, if it runs as root, by one of the account that owns the data folder.

    `up` creates the account and the folder, and gives the folder to the account. Other commands stay root's while the
    data folder is. `arguments` are those of `manage.py`, its name included.
    """
    command = arguments[1] if len(arguments) > 1 else ""
    if os.geteuid() != 0 or command in COMMANDS_OF_DEVELOPERS:
        return
    environ.Env.read_env(CHECKOUT / ".env")
    folder = Path(os.environ.get("DATA_DIR") or DATA_FOLDER_OF_ROOT).absolute()
    try:
        account = _prepare_start(folder) if command == "up" else owner_of(folder)
    except StartFailed as error:
        sys.exit(f"CommandError: {error}")
    if account:
        options = _low_ports() if command == "up" else []
        python = [sys.executable, str(CHECKOUT / "manage.py"), *arguments[1:]]
        os.execvpe("setpriv", ["setpriv", *account.dropping(), *options, "--", *python], _environment(account, folder))  # noqa: S606,S607


def _prepare_start(folder: Path) -> UnixAccount:
    """Prepare what only root can prepare for the account; return the account."""
    _show_progress()
    check_path(folder)
    account = server_account()
    take_folder(folder, account=account)
    for path in (folder, CHECKOUT, Path(sys.executable), Path(sys.base_prefix, "lib")):
        for opened in open_way(path, account=account):
            print(f"The user {account.name}, who runs photosearch, may now pass through {opened}.")  # noqa: T201
    _check_readable(account)
    programs = folder / "servers"
    if ("ELASTICSEARCH_URL" not in os.environ and not built_below(programs)) or not is_provided(programs):
        keep_registry()
    return account


def _check_readable(account: UnixAccount) -> None:
    """Raise StartFailed if the account cannot read the code; print each unreadable path in the settings."""
    packages = sysconfig.get_path("purelib")
    for place, depth in ((f"{CHECKOUT}/", []), (f"{packages}/", ["-maxdepth", "2"])):
        conditions = ["-mindepth", "1", *depth, "-name", ".*", "-prune", "-o", "!", "-readable", "-print", "-quit"]
        if closed := account.run(["find", place, *conditions]).strip():
            raise StartFailed(
                f"The user {account.name}, who runs photosearch, cannot read {closed}: run `chmod -R go+rX {place}`."
            )
    for setting in READ_BY_SETTINGS:
        for path in filter(None, os.environ.get(setting, "").split(",")):
            if Path(path).exists() and not _may(account, path, "-r"):
                print(  # noqa: T201
                    f"The user {account.name}, who runs photosearch, cannot read {path} ({setting}). Grant access, for "
                    f"example with `setfacl -R -m u:{account.name}:rX,d:u:{account.name}:rX {path}`."
                )


def _may(account: UnixAccount, path: str, *tests: str) -> bool:
    try:
        for test in tests:
            account.run(["test", test, path])
    except StartFailed:
        return False
    return True


def _environment(account: UnixAccount, folder: Path) -> dict[str, str]:
    """Return the environment without values of root's session; DATA_DIR has another default for other users."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    for name in TEMPORARY:
        if name in kept and not _may(account, kept[name], "-w"):
            del kept[name]
    mine = {"HOME": str(folder / "home"), "USER": account.name, "LOGNAME": account.name, "DATA_DIR": str(folder)}
    return kept | mine


def _low_ports() -> list[str]:
    """Return the options that let the site listen on ports below 1024, if the settings name one."""
    try:
        web = choose_listener(bind=os.environ.get("BIND", ""), public_url=os.environ.get("PUBLIC_URL", ""))
        assistants = choose_assistant_listener(bind=os.environ.get("ASSISTANT_BIND", ""), web=web)
    except StartFailed:  # `up` reports it
        return []
    if min(web.port, assistants.port) >= FIRST_FREE_PORT:
        return []
    return ["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"]


def _show_progress() -> None:
    """Print the log messages of this package as plain lines."""
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(message)s")
    logging.getLogger("photosearch.embedded").setLevel(logging.INFO)
