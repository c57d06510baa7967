"""WeChat's folders: on Windows (3: FileStorage, 4: xwechat_files), on a Mac, and those of telephones.

Of a conversation the folders tell only a digest of its name; of the account, its id.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO

from gallery.sources import plain
from gallery.sources.kinds import MEME
from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import Claims, Found, FoundFile, PassedOverBecause
from gallery.sources.trees import Entry, Folder
from gallery.sources.wechat_dat import HEAD_BYTES, Undecodable, decode, find_key

MARKERS = {
    "wechat files", "xwechat_files", "filestorage", "micromsg", "msgattach", "weixin", "com.tencent.xinwechat",
    "messagetemp", "微信",
}  # fmt: skip
ACCOUNT_ID = re.compile(r"wxid_\w+")
DIGEST = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
NO_ACCOUNTS = {"all users", "all_users", "applet", "backup", "wmpf"}
STICKER_FOLDERS = {"customemotion", "emoji", "emotion"}
# Small copies: Thumb/…, th_0123…, 0123…_t.dat, 12.pic_thum, 12_.pic_thumb.jpg; and the covers of films.
THUMBNAIL = re.compile(r"th_.*|.*_t\.dat|.*\.pic_thumb?(?:\..*)?", re.IGNORECASE | re.DOTALL)
# On telephones and Macs 12.pic and 12.pic_hd are pictures as they are, under endings of their own.
DISGUISED = {"dat", "pic", "pic_hd", "pic_thum"}
UNDECODABLE = {
    Undecodable.NEEDS_KEY: PassedOverBecause.ENCRYPTED,
    Undecodable.NO_PICTURE: PassedOverBecause.UNSUPPORTED,
}


def recognises(parts: Sequence[str]) -> bool:
    """Whether one of the folders on the way is WeChat's."""
    return any(part.lower() in MARKERS or ACCOUNT_ID.fullmatch(part) for part in parts)


def read_folder(folder: Folder) -> Iterator[Found]:
    """What lies in `folder`."""
    claims = claims_of(folder.parts)
    disguised = [entry for entry in folder.entries if extension_of(entry.name) in DISGUISED]
    others = [entry for entry in folder.entries if extension_of(entry.name) not in DISGUISED]
    covers = "video" in plain.below(folder, MARKERS)

    def tell(entry: Entry) -> Claims | PassedOverBecause:
        return PassedOverBecause.SYSTEM if covers or THUMBNAIL.fullmatch(entry.name) else claims

    yield from plain.read_folder(replace(folder, entries=others), tell=tell)
    for entry in disguised:
        yield _undisguise(entry, claims)


def claims_of(parts: Sequence[str]) -> Claims:
    """Account, conversation and kind, as far as the folders on the way tell them."""
    lower = {part.lower() for part in parts}
    conversation = [
        part
        for part in plain.after(parts, "msgattach", "attach", "messagetemp") or plain.after(parts, "img")
        if DIGEST.fullmatch(part)
    ]
    return Claims(
        account=_account(parts),
        conversation=conversation[0] if conversation else "",
        kind=MEME if lower & STICKER_FOLDERS else "",
    )


def _account(parts: Sequence[str]) -> str:
    below = plain.after(parts, "wechat files", "xwechat_files")
    if below and below[0].lower() not in NO_ACCOUNTS:
        # WeChat 4 adds four digits of its own to the id.
        return re.sub(r"_[0-9a-f]{4}$", "", below[0]) if "xwechat_files" in map(str.lower, parts) else below[0]
    if ids := [part for part in parts if ACCOUNT_ID.fullmatch(part)]:
        return ids[-1]
    below = plain.after(parts, "micromsg")
    return below[0] if below and DIGEST.fullmatch(below[0]) else ""


def _undisguise(entry: Entry, claims: Claims) -> Found:
    if THUMBNAIL.fullmatch(entry.name):
        return entry.passed_over(PassedOverBecause.SYSTEM)
    try:
        found = find_key(entry.head(HEAD_BYTES), size=entry.size)
    except OSError:
        return entry.passed_over(PassedOverBecause.UNREADABLE)
    if isinstance(found, Undecodable):
        return entry.passed_over(UNDECODABLE[found])
    key, extension = found
    file = plain.with_claims(entry, claims)
    filename = f"{file.filename.rpartition('.')[0]}.{extension}"
    return replace(file, filename=filename, open=partial(_open, file, key), is_plain=False)


def _open(file: FoundFile, key: int) -> IO[bytes]:
    return decode(file.open(), key=key)
