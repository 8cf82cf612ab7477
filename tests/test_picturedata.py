"""Pictures without their metadata: nothing of it is left, and the picture is the same."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen.picturedata import bare
from tests.archive_sites import PNG

SECRET = b"Zanzibarova"


def segment(kind: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF that says which side is up, who made the picture, and more."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    rows = struct.pack(f"{order}H", 2)
    rows += struct.pack(f"{order}HHII", 0x013B, 2, len(SECRET), 38)
    rows += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(f"{order}I", 0)
    return head + rows + SECRET


SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
FRAME = segment(0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
PROFILE = segment(0xE2, b"ICC_PROFILE\0\x01\x01profile")


def jpeg(*parts: bytes) -> bytes:
    """A JPEG as far as its frame goes, with other parts before the picture."""
    return b"\xff\xd8" + JFIF + b"".join(parts) + PROFILE + FRAME + SCAN + b"\xff\xd9"


def test_jpeg() -> None:
    """EXIF, XMP, IPTC, comments and what follows the end are gone; the rest is as it was."""
    parts = (
        segment(0xE1, b"Exif\0\0" + exif(1)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xED, b"Photoshop 3.0\0" + SECRET),
        segment(0xE2, b"MPF\0" + SECRET),
        segment(0xFE, SECRET),
    )
    assert bare(jpeg(*parts) + SECRET) == jpeg()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_stays_the_right_way_up(orientation: int, order: str) -> None:
    """Which side is up is kept, and nothing else of EXIF."""
    found = bare(jpeg(segment(0xE1, b"Exif\0\0" + exif(orientation, order))))
    assert found is not None
    assert SECRET not in found
    kept = b"MM" + struct.pack(">HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    assert found == jpeg(segment(0xE1, b"Exif\0\0" + kept))
    assert bare(found) == found


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_png() -> None:
    """Text in all its forms, times, EXIF and chunks of programs are gone."""
    parts = b"".join(
        chunk(kind, SECRET) for kind in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"prVt")
    )
    assert bare(PNG[:33] + parts + PNG[33:] + SECRET) == PNG


def test_webp() -> None:
    """EXIF and XMP are gone, and the head does not speak of them."""

    def webp(flags: int, *more: tuple[bytes, bytes]) -> bytes:
        parts = ((b"VP8X", bytes([flags]) + b"\0" * 9), (b"VP8L", b"picture"), *more)
        body = b"WEBP" + b"".join(
            kind + struct.pack("<I", len(one)) + one + b"\0" * (len(one) % 2) for kind, one in parts
        )
        return b"RIFF" + struct.pack("<I", len(body)) + body

    given = webp(0x1C, (b"EXIF", SECRET), (b"XMP ", SECRET))
    assert bare(given) == webp(0x10)


def test_gif() -> None:
    """Comments are gone, how often it plays stays."""
    head = b"GIF89a\x01\0\x01\0\x80\0\0" + b"\0" * 6
    plays = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    comment = b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0"
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0"
    image = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    given = head + plays + comment + image + xmp + b"\x3b" + SECRET
    assert bare(given) == head + plays + image + b"\x3b"


@pytest.mark.parametrize("whole", [jpeg(), PNG])
def test_a_damaged_picture_is_an_error(whole: bytes) -> None:
    """What ends too early cannot be told to hold nothing."""
    for end in range(9, len(whole) - 2):
        with pytest.raises(ValueError, match=r"it|too|part"):
            bare(whole[:end])


@given(st.sampled_from((b"\xff\xd8", PNG[:8], b"RIFF\0\0\0\0WEBP", b"GIF89a")), st.binary())
def test_any_bytes(head: bytes, rest: bytes) -> None:
    """Whatever a file holds, it is read to an end: a picture, or an error."""
    with contextlib.suppress(ValueError):
        bare(head + rest)


def test_what_is_no_picture() -> None:
    """Other files are told to be such."""
    assert bare(b"%PDF-1.4") is None
    assert bare(b"") is None
