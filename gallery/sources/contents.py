"""Recognise files by their first bytes: endings lie."""

import re

from gallery.pictures.formats import looks_like_picture

HEAD_BYTES = 512
# Kinds of files of the ISO base media format that are pictures; all others are films.
PICTURE_BRANDS = rb"hei[cmsx]|hev[cmsx]|mif[12]|msf1|MiH|avi[fs]|miaf|1pic|jpeg|jpgs|avci|avcs|vvic|crx "
FILM = re.compile(
    rb"....ftyp(?!" + PICTURE_BRANDS + rb")|....(?:moov|mdat|wide|pnot)|\x1aE\xdf\xa3|RIFF....AVI "
    rb"|FLV\x01|\x30\x26\xb2\x75\x8e\x66\xcf\x11|OggS|\.RMF|\x00\x00\x01[\xb3\xba]|G.{187}G",
    re.DOTALL,
)
ARCHIVE = re.compile(
    rb"PK\x03\x04|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh\d1AY|\xfd7zXZ\x00|.{257}ustar", re.DOTALL
)
PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def is_film(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a film."""
    return FILM.match(head) is not None


def is_archive(head: bytes) -> bool:
    """Return whether a file that begins with `head` is an archive."""
    return ARCHIVE.match(head) is not None


def is_page(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a web page, as failed downloads leave it."""
    return PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def is_picture(head: bytes) -> bool:
    """Return whether a file that begins with `head` may be a supported picture."""
    return looks_like_picture(head) and not is_film(head)
