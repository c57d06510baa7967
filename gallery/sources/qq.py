"""QQ's folders: on Windows (`Tencent Files/NUMBER/Image`, since QQ NT `nt_qq/nt_data`), and those of telephones.

Of a conversation the older folders tell only whether it was a group's or a friend's.
"""

import re
from collections.abc import Iterator, Sequence

from gallery.sources import plain
from gallery.sources.kinds import MEME
from gallery.sources.source_files import Claims, Found, PassedOverBecause
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
# Small copies and other people's portraits; Thumb is passed over everywhere.
SYSTEM_FOLDERS = {"chatthumb", "avatar", "head", "qqheadicon", "diskcache", "oritemp"}


def recognises(parts: Sequence[str]) -> bool:
    """Whether one of the folders on the way is QQ's."""
    return any(part.lower() in MARKERS for part in parts)


def read_folder(folder: Folder) -> Iterator[Found]:
    """What lies in `folder`."""
    is_system = not SYSTEM_FOLDERS.isdisjoint(plain.below(folder, MARKERS))
    told = PassedOverBecause.SYSTEM if is_system else claims_of(folder.parts)
    return plain.read_folder(folder, tell=lambda _entry: told)


def claims_of(parts: Sequence[str]) -> Claims:
    """Account, conversation and kind, as far as the folders on the way tell them."""
    numbers = [part for part in plain.after(parts, "tencent files", "mobileqq") if NUMBER.fullmatch(part)]
    conversation = [
        CONVERSATIONS[part.lower()] for part in plain.after(parts, "image") if part.lower() in CONVERSATIONS
    ]
    return Claims(
        account=numbers[0] if numbers else "",
        conversation=conversation[0] if conversation else "",
        kind="" if STICKER_FOLDERS.isdisjoint(part.lower() for part in parts) else MEME,
    )
