"""Makes pictures with metadata, byte for byte: EXIF, XMP, IPTC, comments and PNG texts."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import IFDRational

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
IPTC_RECORD = 2
Tags = Mapping[int, Any]


def tagged_jpeg(
    *,
    tags: Tags | None = None,
    exif: Tags | None = None,
    gps: Tags | None = None,
    xmp: str = "",
    iptc: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """Return a JPEG with the tags of EXIF's main, camera and GPS directories, an XMP packet, IPTC and a comment."""
    content = BytesIO()
    options: dict[str, Any] = {"exif": exif_block(tags, exif=exif, gps=gps)} if tags or exif or gps else {}
    options |= {"xmp": xmp.encode()} if xmp else {}
    options |= {"comment": comment} if comment else {}
    Image.new("RGB", (16, 8), "green").save(content, "JPEG", **options)
    written = content.getvalue()
    segment = b"Photoshop 3.0\0" + iptc
    return written[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + written[2:] if iptc else written


def exif_block(tags: Tags | None = None, *, exif: Tags | None = None, gps: Tags | None = None) -> Image.Exif:
    """Return EXIF with these tags; texts given as bytes are written as they are."""
    block = Image.Exif()
    block.update(tags or {})
    block.get_ifd(IFD.Exif).update(exif or {})
    block.get_ifd(IFD.GPSInfo).update(gps or {})
    return block


def position(latitude: float, longitude: float) -> dict[int, Any]:
    """Return the tags of a position in EXIF's GPS directory, in degrees and their parts."""
    return {
        1: "S" if latitude < 0 else "N",
        2: _sexagesimal(abs(latitude)),
        3: "W" if longitude < 0 else "E",
        4: _sexagesimal(abs(longitude)),
    }


def _sexagesimal(degrees: float) -> tuple[IFDRational, ...]:
    minutes, whole = (degrees % 1) * 60, int(degrees)
    return IFDRational(whole), IFDRational(int(minutes)), IFDRational(round(minutes % 1 * 60 * 10_000), 10_000)


def iptc_block(*datasets: tuple[int, bytes], charset: bytes = b"", digest: bytes = b"") -> bytes:
    """Return Photoshop's resources with IPTC `datasets` (number and content), and perhaps the digest of others."""
    data = b"\x1c\x01\x5a" + struct.pack(">H", len(charset)) + charset if charset else b""
    for number, content in datasets:
        data += b"\x1c" + bytes((IPTC_RECORD, number)) + struct.pack(">H", len(content)) + content
    return _resource(0x0404, data) + (_resource(0x0425, digest) if digest else b"")


def _resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def xmp_packet(properties: str = "", **simple: str) -> str:
    """Return an XMP packet with `simple` values, `_` standing for the colon, and `properties` as RDF."""
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    values = "".join(
        f"<{key.replace('_', ':', 1)}>{value}</{key.replace('_', ':', 1)}>" for key, value in simple.items()
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {names}>{values}{properties}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def bag(name: str, *values: str, kind: str = "Bag") -> str:
    """Return an RDF property with a list of values."""
    return f"<{name}><rdf:{kind}>{''.join(f'<rdf:li>{value}</rdf:li>' for value in values)}</rdf:{kind}></{name}>"


def in_languages(name: str, **texts: str) -> str:
    """Return an RDF property with a text in some languages; `default` is the default one."""
    items = "".join(
        f'<rdf:li xml:lang="{"x-default" if language == "default" else language.replace("_", "-")}">{text}</rdf:li>'
        for language, text in texts.items()
    )
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def tagged_png(*, texts: Mapping[str, bytes] | None = None, xmp: str = "", exif: Image.Exif | None = None) -> bytes:
    """Return a PNG with Latin-1 text chunks behind the pixels, and XMP and EXIF before them."""
    content = BytesIO()
    Image.new("RGB", (16, 8), "green").save(content, "PNG", **({} if exif is None else {"exif": exif}))
    written = content.getvalue()
    before = _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode()) if xmp else b""
    behind = b"".join(_chunk(b"tEXt", key.encode() + b"\0" + text) for key, text in (texts or {}).items())
    return written[:33] + before + written[33:-12] + behind + written[-12:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def regions(*names: str, kind: str = "Face") -> str:
    """Return the regions of the Metadata Working Group with these names."""
    items = "".join(
        f'<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}">'
        '<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.1" stArea:h="0.1" stArea:unit="normalized"/>'
        "</rdf:Description></rdf:li>"
        for name in names
    )
    return (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
        f"{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )


def windows_regions(*names: str) -> str:
    """Return the regions of Windows Photo Gallery with these names."""
    items = "".join(
        f'<rdf:li><rdf:Description MPReg:PersonDisplayName="{name}" MPReg:Rectangle="0.1, 0.1, 0.2, 0.2"/></rdf:li>'
        for name in names
    )
    return (
        '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
        f"{items}</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
    )
