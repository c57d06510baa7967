"""Folders of DingTalk, and folders called so in which people sorted pictures by account, conversation and month."""

import re
from collections.abc import Iterator, Sequence

from gallery.sources import plain
from gallery.sources.kinds import MEME, kind_of_folders
from gallery.sources.source_files import SkipReason, SourceItem, SourceMetadata
from gallery.sources.trees import Folder

MARKERS = {"dingtalk", "com.alibaba.android.rimet", "钉钉"}
# 123456789_v2: the program's name for the folder of an account.
ACCOUNT_FOLDER = re.compile(r"(\d{4,})(?:_v\d+)?")
TECHNICAL = {
    "imagefiles",
    "images",
    "image",
    "pictures",
    "picture",
    "files",
    "file",
    "data",
    "图片",
    "文件",
    "聊天图片",
}
STICKER_FOLDERS = {"emotion", "emotions", "emoticon", "custom_emotion"}
SYSTEM_FOLDERS = {"avatar", "avatars", "resource_cache", "thumb_cache"}
DATED = re.compile(r"\d{1,2}|\d{4}(?:[-_.年]?\d{1,2}月?(?:[-_.]?\d{1,2}日?)?)?")


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a folder of DingTalk."""
    return any(part.lower() in MARKERS for part in parts)


def read_folder(folder: Folder) -> Iterator[SourceItem]:
    is_system = not SYSTEM_FOLDERS.isdisjoint(plain.folders_below(folder, MARKERS))
    description = SkipReason.SYSTEM if is_system else metadata_of_folders(folder.parts)
    return plain.read_folder(folder, describe=lambda _file: description)


def metadata_of_folders(parts: Sequence[str]) -> SourceMetadata:
    """Return account, conversation and kind; the first of two folders without a date is the account."""
    below = plain.folders_after(parts, *MARKERS)
    names = [part for part in below if not (part.lower() in TECHNICAL | STICKER_FOLDERS or kind_of_folders([part]))]
    accounts = [match[1] for part in names if (match := ACCOUNT_FOLDER.fullmatch(part)) and not DATED.fullmatch(part)]
    others = [part for part in names if not ACCOUNT_FOLDER.fullmatch(part) and not DATED.fullmatch(part)]
    account = accounts[0] if accounts else (others.pop(0) if len(others) > 1 else "")
    kind = "" if STICKER_FOLDERS.isdisjoint(part.lower() for part in below) else MEME
    return SourceMetadata(account=account, conversation=others[0] if others else "", kind=kind)
