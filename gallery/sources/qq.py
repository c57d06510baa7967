"""Folders of QQ on Windows (`Tencent Files/NUMBER/Image`, since QQ NT `nt_qq/nt_data`) and on phones.

Older folders name a conversation only as that of a group or of a friend.
"""

import re
from collections.abc import Iterator, Sequence

from gallery.sources import plain
from gallery.sources.kinds import MEME
from gallery.sources.source_files import SkipReason, SourceItem, SourceMetadata
from gallery.sources.trees import Folder

MARKERS = {
    "tencent files", "nt_qq", "nt_data", "mobileqq", "com.tencent.mobileqq", "qq_images", "qqfile_recv", "qq_favorite",
    "qq_collection", "qq", "qq图片",
}  # fmt: skip
NUMBER = re.compile(r"[1-9]\d{4,11}")
CONVERSATIONS = {"group": "Group", "group2": "Group", "c2c": "C2C", "discuss": "Discuss"}
STICKER_FOLDERS = {
    "customface", "customfacerecv", "marketface", "emoji", "emoji-recv", "personal_emoji", "emoji-related",
}  # fmt: skip
# Thumbnails and avatars; folders called Thumb are skipped in all sources.
SYSTEM_FOLDERS = {"chatthumb", "avatar", "head", "qqheadicon", "diskcache", "oritemp"}


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a folder of QQ."""
    return any(part.lower() in MARKERS for part in parts)


def read_folder(folder: Folder) -> Iterator[SourceItem]:
    is_system = not SYSTEM_FOLDERS.isdisjoint(plain.folders_below(folder, MARKERS))
    description = SkipReason.SYSTEM if is_system else metadata_of_folders(folder.parts)
    return plain.read_folder(folder, describe=lambda _file: description)


def metadata_of_folders(parts: Sequence[str]) -> SourceMetadata:
    """Return account, conversation and kind from the names of the folders."""
    numbers = [part for part in plain.folders_after(parts, "tencent files", "mobileqq") if NUMBER.fullmatch(part)]
    conversation = [
        CONVERSATIONS[part.lower()] for part in plain.folders_after(parts, "image") if part.lower() in CONVERSATIONS
    ]
    return SourceMetadata(
        account=numbers[0] if numbers else "",
        conversation=conversation[0] if conversation else "",
        kind="" if STICKER_FOLDERS.isdisjoint(part.lower() for part in parts) else MEME,
    )
