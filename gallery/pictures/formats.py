"""The table of picture formats: to support another format, add a row here.

Memory estimates per format are in gallery.pictures.image_limits. This module needs no settings.
"""

import re
from dataclasses import dataclass

# Files of the ISO base media format name their kind after the first four bytes; films name others.
HEIF_START = rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif[12]|msf1|MiH|avi[fs]|miaf|1pic|jpeg|jpgs|avci|avcs|vvic)"


@dataclass(frozen=True)
class Format:
    """One picture format.

    Files are stored with `extension`; `suffixes` are all spellings in file names, in lower case. `start` is a regular
    expression for the first bytes of files without a suffix. `pillow_feature` is what `PIL.features` calls the decoder
    if a Pillow may be built without it.
    """

    name: str
    extension: str
    content_type: str
    pillow_names: tuple[str, ...]
    suffixes: tuple[str, ...]
    start: bytes | None
    # Frames follow each other in time. Those of TIFF and HEIC are pages or parts, and the first is the picture.
    is_animated: bool = False
    pillow_feature: str = ""
    # Some browsers do not count these files as `image/*` when users select a file.
    is_unknown_to_browsers: bool = False


FORMATS = (
    Format(
        "JPEG",
        "jpg",
        "image/jpeg",
        # 3D and "portrait" cameras put several JPEGs into one MPO file; the first is the picture.
        ("JPEG", "MPO"),
        ("jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "mpo"),
        rb"\xff\xd8\xff",
        pillow_feature="jpg",
    ),
    Format(
        "PNG",
        "png",
        "image/png",
        ("PNG",),
        ("png", "apng"),
        rb"\x89PNG\r\n\x1a\n",
        is_animated=True,
        pillow_feature="zlib",
    ),
    Format("GIF", "gif", "image/gif", ("GIF",), ("gif",), rb"GIF8[79]a", is_animated=True),
    Format(
        "WebP",
        "webp",
        "image/webp",
        ("WEBP",),
        ("webp",),
        rb"RIFF....WEBP",
        is_animated=True,
        pillow_feature="webp",
    ),
    # Texts may begin with the two letters of a BMP. Files of the clipboard (DIB) lack its header.
    Format("BMP", "bmp", "image/bmp", ("BMP", "DIB"), ("bmp", "dib"), None),
    Format("TIFF", "tiff", "image/tiff", ("TIFF",), ("tiff", "tif"), rb"II\*\x00|MM\x00\*"),
    Format(
        "HEIC",
        "heic",
        "image/heic",
        ("HEIF",),
        ("heic", "heif", "hif"),
        HEIF_START,
        is_unknown_to_browsers=True,
    ),
    Format(
        "AVIF",
        "avif",
        "image/avif",
        ("AVIF",),
        ("avif", "avifs"),
        HEIF_START,
        is_animated=True,
        pillow_feature="avif",
        is_unknown_to_browsers=True,
    ),
    Format(
        "JPEG XL",
        "jxl",
        "image/jxl",
        ("JXL",),
        ("jxl",),
        rb"\xff\x0a|\x00\x00\x00\x0cJXL \r\n\x87\n",
        is_unknown_to_browsers=True,
    ),
    Format(
        "JPEG 2000",
        "jp2",
        "image/jp2",
        ("JPEG2000",),
        ("jp2", "j2k", "jpf", "jpx", "j2c", "jpc"),
        rb"\xff\x4f\xff\x51|\x00\x00\x00\x0cjP  \r\n\x87\n",
        pillow_feature="jpg_2000",
        is_unknown_to_browsers=True,
    ),
    # Cameras' own formats, by their first letters or inside of a TIFF (gallery.pictures.raw_images).
    Format(
        "RAW",
        "raw",
        "image/x-dcraw",
        ("RAW",),
        (
            *("raw", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "raf", "orf", "rw2", "rwl", "pef", "srw"),
            *("3fr", "fff", "iiq", "erf", "kdc", "dcr", "mrw", "mef", "mos", "x3f", "gpr"),
        ),
        rb"....ftypcrx |FUJIFILMCCD-RAW|II[RU][OS\x00]|MMOR|\x00MRM|FOVb|II.{4}HEAPCCDR",
        is_unknown_to_browsers=True,
    ),
    Format("DNG", "dng", "image/x-adobe-dng", ("DNG",), ("dng",), None, is_unknown_to_browsers=True),
    Format(
        "PSD",
        "psd",
        "image/vnd.adobe.photoshop",
        ("PSD",),
        ("psd", "psb"),
        rb"8BPS\x00[\x01\x02]",
        is_unknown_to_browsers=True,
    ),
    Format(
        "Netpbm",
        "pnm",
        "image/x-portable-anymap",
        ("PPM", "PAM"),
        ("pnm", "ppm", "pgm", "pbm", "pfm", "pam"),
        rb"P(?:[1-6fF]\s|7\n)",
        is_unknown_to_browsers=True,
    ),
    Format("ICO", "ico", "image/vnd.microsoft.icon", ("ICO", "CUR"), ("ico", "cur"), rb"\0\0[\1\2]\0[^\0]\0"),
    Format("ICNS", "icns", "image/icns", ("ICNS",), ("icns",), rb"icns", is_unknown_to_browsers=True),
    Format("DDS", "dds", "image/vnd-ms.dds", ("DDS",), ("dds",), rb"DDS \x7c", is_unknown_to_browsers=True),
    Format("QOI", "qoi", "image/qoi", ("QOI",), ("qoi",), rb"qoif", is_unknown_to_browsers=True),
    Format("SGI", "sgi", "image/sgi", ("SGI",), ("sgi", "rgb", "rgba", "bw"), None, is_unknown_to_browsers=True),
    Format("PCX", "pcx", "image/vnd.zbrush.pcx", ("PCX", "DCX"), ("pcx", "dcx"), None, is_unknown_to_browsers=True),
    *(
        Format(name, suffixes[0], content_type, (pillow_name,), suffixes, start, is_unknown_to_browsers=True)
        for name, content_type, pillow_name, suffixes, start in (
            ("XPM", "image/x-xpixmap", "XPM", ("xpm",), rb"/\* XPM \*/"),
            ("XBM", "image/x-xbitmap", "XBM", ("xbm",), rb"#define [\w.]+_width "),
            ("Sun Raster", "image/x-sun-raster", "SUN", ("ras", "sun", "im1", "im8", "im24"), rb"\x59\xa6\x6a\x95"),
            ("FITS", "image/fits", "FITS", ("fits", "fit", "fts"), rb"SIMPLE  ="),
            ("Photo CD", "image/x-photo-cd", "PCD", ("pcd",), None),
            ("FLIC", "image/x-flic", "FLI", ("fli", "flc"), rb"....[\x11\x12]\xaf"),
            ("MSP", "image/x-msp", "MSP", ("msp",), rb"DanM|LinS"),
            ("BLP", "image/x-blp", "BLP", ("blp",), rb"BLP[12]"),
            ("GIMP brush", "image/x-gimp-gbr", "GBR", ("gbr",), None),
            ("PIXAR", "image/x-pixar", "PIXAR", ("pxr",), rb"\x80\xe8\x00\x00"),
            ("FTEX", "image/x-ftex", "FTEX", ("ftc", "ftu"), rb"FTEX"),
        )
    ),
    # Last, because its files have no mark at their beginning.
    Format("TGA", "tga", "image/x-tga", ("TGA",), ("tga", "icb", "vda", "vst"), None, is_unknown_to_browsers=True),
)

FORMAT_OF_PILLOW_NAME = {name: row for row in FORMATS for name in row.pillow_names}
FORMAT_OF_EXTENSION = {row.extension: row for row in FORMATS}
EXTENSION_OF_SUFFIX = {suffix: row.extension for row in FORMATS for suffix in row.suffixes}
# For sentences: the formats that most people have.
FORMAT_NAMES = ", ".join(row.name for row in FORMATS[:13]) + " …"
# For the `accept` attribute of file inputs.
ACCEPT = ",".join(
    ["image/*", *(f".{suffix}" for row in FORMATS if row.is_unknown_to_browsers for suffix in row.suffixes)]
)

# Formats that are refused by their name.
_OTHER_FORMATS = (
    (rb"%PDF-", "PDF"),
    (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,300}?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg", "SVG"),
    (rb"gimp xcf", "XCF"),
    (rb"AT&TFORM", "DjVu"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript"),
    (rb"\x76\x2f\x31\x01", "OpenEXR"),
    (rb"#\?(?:RADIANCE|RGBE)", "Radiance HDR"),
    (rb"II\xbc[\x00\x01]", "JPEG XR"),
    (rb"BPG\xfb", "BPG"),
    (rb"FLIF", "FLIF"),
    (rb"\xd7\xcd\xc6\x9a|\x01\x00\x09\x00\x00\x03", "WMF"),
    (rb"\x01\x00\x00\x00.{36} EMF", "EMF"),
    (rb"\x1aE\xdf\xa3", "Matroska"),
    (rb"RIFF....AVI ", "AVI"),
    (rb"....ftypqt|....(?:moov|mdat|wide)", "MOV"),
    (rb"....ftyp(?!crx )", "MP4"),
    (rb"PK\x03\x04", "ZIP"),
)

_STARTS = [(re.compile(row.start, re.DOTALL), row) for row in FORMATS if row.start]
_OTHER_STARTS = [(re.compile(start, re.DOTALL), name) for start, name in _OTHER_FORMATS]


def format_named_by(head: bytes) -> Format | None:
    """Return the format that the first bytes of a file name, at least 16 of them."""
    return next((row for start, row in _STARTS if start.match(head)), None)


def other_format_named_by(head: bytes) -> str:
    """Return the name of an unsupported format that the first bytes of a file tell; else an empty text."""
    return next((name for start, name in _OTHER_STARTS if start.match(head)), "")


def looks_like_picture(head: bytes) -> bool:
    """Return whether a file that begins with `head`, at least 16 bytes of it, may be a supported picture."""
    return format_named_by(head) is not None


def has_suffix(filename: str, *, extension: str) -> bool:
    """Return whether the suffix of `filename` fits the format stored with `extension`."""
    return EXTENSION_OF_SUFFIX.get(filename.rpartition(".")[2].lower()) == extension
