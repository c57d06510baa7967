"""Folders of WeChat on Windows (version 3: FileStorage, 4: xwechat_files), on Macs and on phones.

The folders contain the id of the account, but only a digest of a conversation's name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO

from gallery.sources import plain
from gallery.sources.kinds import MEME
from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import SkipReason, SourceFile, SourceItem, SourceMetadata
from gallery.sources.trees import Folder, TreeFile
from gallery.sources.wechat_dat import HEAD_BYTES, Undecodable, decode, find_key

MARKERS = {
    "wechat files", "xwechat_files", "filestorage", "micromsg", "msgattach", "weixin", "com.tencent.xinwechat",
    "messagetemp", "微信",
}  # fmt: skip
ACCOUNT_ID = re.compile(r"wxid_\w+")
DIGEST = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
NOT_ACCOUNTS = {"all users", "all_users", "applet", "backup", "wmpf"}
STICKER_FOLDERS = {"customemotion", "emoji", "emotion"}
# Thumbnails (Thumb/…, th_0123…, 0123…_t.dat, 12.pic_thum, 12_.pic_thumb.jpg) and covers of videos.
THUMBNAIL = re.compile(r"th_.*|.*_t\.dat|.*\.pic_thumb?(?:\..*)?", re.IGNORECASE | re.DOTALL)
# On phones and Macs 12.pic and 12.pic_hd are plain pictures with unusual extensions.
DISGUISED = {"dat", "pic", "pic_hd", "pic_thum"}
UNDECODABLE = {
    Undecodable.NEEDS_KEY: SkipReason.ENCRYPTED,
    Undecodable.NO_PICTURE: SkipReason.UNSUPPORTED,
}


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a folder of WeChat."""
    return any(part.lower() in MARKERS or ACCOUNT_ID.fullmatch(part) for part in parts)


def read_folder(folder: Folder) -> Iterator[SourceItem]:
    metadata = metadata_of_folders(folder.parts)
    disguised = [file for file in folder.files if extension_of(file.name) in DISGUISED]
    others = [file for file in folder.files if extension_of(file.name) not in DISGUISED]
    has_covers = "video" in plain.folders_below(folder, MARKERS)

    def describe(file: TreeFile) -> SourceMetadata | SkipReason:
        return SkipReason.SYSTEM if has_covers or THUMBNAIL.fullmatch(file.name) else metadata

    yield from plain.read_folder(replace(folder, files=others), describe=describe)
    for file in disguised:
        yield _read_disguised(file, metadata)


def metadata_of_folders(parts: Sequence[str]) -> SourceMetadata:
    """Return account, conversation and kind from the names of the folders."""
    lower = {part.lower() for part in parts}
    conversation = [
        part
        for part in plain.folders_after(parts, "msgattach", "attach", "messagetemp")
        or plain.folders_after(parts, "img")
        if DIGEST.fullmatch(part)
    ]
    return SourceMetadata(
        account=_account(parts),
        conversation=conversation[0] if conversation else "",
        kind=MEME if lower & STICKER_FOLDERS else "",
    )


def _account(parts: Sequence[str]) -> str:
    below = plain.folders_after(parts, "wechat files", "xwechat_files")
    if below and below[0].lower() not in NOT_ACCOUNTS:
        # WeChat 4 appends four digits to the id.
        return re.sub(r"_[0-9a-f]{4}$", "", below[0]) if "xwechat_files" in map(str.lower, parts) else below[0]
    if ids := [part for part in parts if ACCOUNT_ID.fullmatch(part)]:
        return ids[-1]
    below = plain.folders_after(parts, "micromsg")
    return below[0] if below and DIGEST.fullmatch(below[0]) else ""


def _read_disguised(file: TreeFile, metadata: SourceMetadata) -> SourceItem:
    if THUMBNAIL.fullmatch(file.name):
        return file.skipped(SkipReason.SYSTEM)
    try:
        found = find_key(file.head(HEAD_BYTES), size=file.size)
    except OSError:
        return file.skipped(SkipReason.UNREADABLE)
    if isinstance(found, Undecodable):
        return file.skipped(UNDECODABLE[found])
    key, extension = found
    encoded = file.as_source_file(metadata)
    filename = f"{encoded.filename.rpartition('.')[0]}.{extension}"
    return replace(encoded, filename=filename, open=partial(_open_decoded, encoded, key), is_plain=False)


def _open_decoded(file: SourceFile, key: int) -> IO[bytes]:
    return decode(file.open(), key=key)
