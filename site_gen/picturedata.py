"""Takes out of pictures what is not the picture: where and by whom it was made, comments, notes.

Nothing is decoded and nothing is lost of the picture itself: whole parts of the file are left
out. JPEG (ITU-T T.81, and JFIF), PNG (ISO/IEC 15948), WebP (RFC 9649) and GIF (89a).
"""

from __future__ import annotations

import struct
import zlib

_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH"))
_WEBP_FLAGS = 0x08 | 0x04
"""The bits of VP8X that say there are EXIF and XMP."""
_ALONE = frozenset((0x01, *range(0xD0, 0xDA)))
"""JPEG markers without a length."""


def bare(data: bytes) -> bytes | None:
    """A picture without its metadata, but for which side is up; None if it is of no known kind.

    Raises ValueError if it is damaged.
    """
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return _gif(data)
    except (IndexError, struct.error) as problem:
        raise ValueError("it ends too early") from problem
    return None


def _jpeg(data: bytes) -> bytes:
    kept = [b"\xff\xd8"]
    at = 2
    turned = 0
    while True:
        if data[at] != 0xFF:
            raise ValueError("a part of it begins where none can")
        while data[at + 1] == 0xFF:
            at += 1
        kind = data[at + 1]
        if kind == 0xD9:
            # What comes after the end is no part of the picture: a preview, a film, notes.
            return b"".join((*kept, b"\xff\xd9"))
        if kind in _ALONE:
            kept.append(data[at : at + 2])
            at += 2
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        part = data[at:end]
        if end > len(data) or end < at + 4:
            raise ValueError("a part of it is longer than the file")
        if kind == 0xE1 and part[4:10] == _EXIF and not turned:
            turned = _orientation(part[10:])
            if turned:
                kept.append(_exif_segment(turned))
        if _is_picture(kind, part):
            kept.append(part)
        at = end
        if kind == 0xDA:
            scan = at
            while data[at] != 0xFF or data[at + 1] in (0, *range(0xD0, 0xD8)):
                at = data.find(0xFF, at + 1)
                if at < 0:
                    raise ValueError("it ends too early")
            kept.append(data[scan:at])


def _is_picture(kind: int, part: bytes) -> bool:
    """Whether a segment of a JPEG is needed to show it: all but comments and most of what
    programs add, of which JFIF, colour profiles and the kind of colours stay.
    """
    if kind == 0xFE:
        return False
    if 0xE0 <= kind <= 0xEF:
        known = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
        return kind in known and part[4:].startswith(known[kind])
    return True


def _exif_segment(orientation: int) -> bytes:
    body = _EXIF + _exif(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _exif(orientation: int) -> bytes:
    """EXIF that says nothing but which side is up."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _orientation(tiff: bytes) -> int:
    """Which side of a picture is up, 2 to 8; 0 if EXIF says nothing of it or nothing new."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 0
    start = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if start + 2 > len(tiff):
        return 0
    for at in range(struct.unpack_from(f"{order}H", tiff, start)[0]):
        entry = start + 2 + 12 * at
        if entry + 12 > len(tiff):
            return 0
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION:
            return value if kind == 3 and 2 <= value <= 8 else 0
    return 0


def _png(data: bytes) -> bytes:
    kept = [_PNG]
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a part of it is longer than the file")
        if kind in _PNG_KEPT:
            kept.append(_plain_profile(data[at:end]) if kind == b"iCCP" else data[at:end])
        elif kind == b"eXIf" and (turned := _orientation(data[at + 8 : end - 4])):
            kept.append(_chunk(kind, _exif(turned)))
        at = end
        if kind == b"IEND":
            return b"".join(kept)


def _plain_profile(chunk: bytes) -> bytes:
    """A colour profile under a name that says nothing."""
    _, zero, profile = chunk[8:-4].partition(b"\0")
    return _chunk(b"iCCP", b"ICC" + zero + profile)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def _webp(data: bytes) -> bytes:
    kept = []
    at, end_of_all = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= end_of_all:
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        if at + 8 + length > len(data):
            raise ValueError("a part of it is longer than the file")
        part = data[at:end]
        if kind == b"VP8X":
            part = part[:8] + bytes([part[8] & ~_WEBP_FLAGS]) + part[9:]
        if kind in _WEBP_KEPT:
            kept.append(part)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(data: bytes) -> bytes:
    """A GIF without comments, text and what programs add, but for how often it plays."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept = [data[:at]]
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            at += 10 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0)
            at = _past_blocks(data, at + 1)
            wanted = True
        elif data[at] == 0x21:
            at = _past_blocks(data, at + 2)
            label = data[start + 1]
            plays = data[start + 3 : start + 14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            wanted = label == 0xF9 or (label == 0xFF and plays)
        else:
            raise ValueError("a part of it begins where none can")
        if wanted:
            kept.append(data[start:at])
    return b"".join((*kept, b"\x3b"))


def _past_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1
