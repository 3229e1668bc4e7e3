"""Uploaded files: judged by content, images made anew without their metadata, kept under their hash.

Layout of MEDIA_ROOT: `ab/cd/<sha256>`; `thumbs/` can be deleted at any time. Served only by `file_response` from a page
that has checked who asks, never from the folder itself.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import io
import os
import re
import struct
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import StoredFile

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before any pixel is read; Pillow's would only warn

THUMBNAIL = (640, 400)
_CHUNK = 1 << 20
_HEAD = 4096
_UNPACKED_MOST = 300 << 20


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of file we take. `shown`: a browser may show it in place (never a PDF: its viewer needs scripts)."""

    group: str
    content_type: str
    shown: bool = True


KINDS = {
    "jpeg": Kind("image", "image/jpeg"),
    "png": Kind("image", "image/png"),
    "webp": Kind("image", "image/webp"),
    "mp3": Kind("audio", "audio/mpeg"),
    "m4a": Kind("audio", "audio/mp4"),
    "wav": Kind("audio", "audio/wav"),
    "ogg": Kind("audio", "audio/ogg"),
    "amr": Kind("audio", "audio/amr", shown=False),
    "mp4": Kind("video", "video/mp4"),
    "mov": Kind("video", "video/quicktime", shown=False),
    "pdf": Kind("document", "application/pdf", shown=False),
    "docx": Kind("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", shown=False),
    "xlsx": Kind("document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", shown=False),
    "txt": Kind("text", "text/plain; charset=utf-8"),
}
ACCEPT = "image/jpeg,image/png,image/webp,audio/*,video/mp4,video/quicktime,.pdf,.docx,.xlsx,.txt"
"""For the `accept` attribute of a file field; a phone then turns its HEIC photos into JPEG by itself."""

_MAGIC = (
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (0, b"%PDF-", "pdf"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"#!AMR", "amr"),
    (0, b"PK\x03\x04", "zip"),
)
_BRANDS = {b"M4A ": "m4a", b"M4B ": "m4a", b"qt  ": "mov", b"avif": ""} | dict.fromkeys(
    (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "heic"
)
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|\?xml|body|iframe|head|img|math|object|embed)", re.I)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|RichMedia)[\s/(<\[]")
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}


def store(upload: File[Any], *, actor: Actor, at: dt.datetime) -> StoredFile:
    """Judge, clean and keep one upload.

    Refuses: file.empty, file.too_big, file.type, file.heic, file.broken, file.pixels, file.macros, file.archive,
    file.active.
    """
    kind = judge(upload)
    sha256, size = _write(_cleaned(upload, kind))
    name = f"{_safe_stem(upload.name or '')}.{'jpg' if kind == 'jpeg' else kind}"
    return StoredFile.objects.create(sha256=sha256, size=size, kind=kind, name=name, stored_at=at, stored_by=actor.id)


def keep(data: bytes, *, kind: str, name: str, actor: Actor, at: dt.datetime) -> StoredFile:
    """Keep a file we made ourselves, byte for byte."""
    assert kind in KINDS and data, kind
    sha256, size = _write([data])
    return StoredFile.objects.create(sha256=sha256, size=size, kind=kind, name=name, stored_at=at, stored_by=actor.id)


def judge(upload: File[Any]) -> str:
    """The kind of an upload, by its content alone. The name and the sender's content type are not believed."""
    if not upload.size:
        raise Refused("file.empty", _("This file is empty."), next_step=_("Please choose it once more."))
    upload.seek(0)
    head = upload.read(_HEAD)
    kind = _sniff(head)
    if kind == "zip":
        kind = _judge_office(upload)
    if kind == "heic":
        raise Refused(
            "file.heic",
            _("Photos in HEIC format cannot be opened everywhere."),
            next_step=_("Please send the photo as JPEG."),
        )
    if kind not in KINDS:
        raise _wrong_type()
    most_mb = settings.FILE_LIMITS_MB[KINDS[kind].group]
    if upload.size > most_mb << 20:
        raise Refused("file.too_big", _("This file is larger than %(most)s MB.") % {"most": most_mb})
    return kind


def _wrong_type() -> Refused:
    return Refused(
        "file.type",
        _("Files of this kind are not taken."),
        next_step=_("Photos, sound, video, PDF, Word, Excel and plain text are."),
    )


def _sniff(head: bytes) -> str:
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic and (offset == 0 or head[:4] == b"RIFF"):
            return kind
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4")
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3"
    return "txt" if b"\0" not in head else ""


def _judge_office(file: File[Any]) -> str:
    """Word and Excel without macros. Anything else in a ZIP, and whatever unpacks to too much, is refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename.lower() for entry in entries}
            if (
                len(entries) > 5000
                or sum(e.file_size for e in entries) > _UNPACKED_MOST
                or any(entry.flag_bits & 1 for entry in entries)
            ):
                raise Refused("file.archive", _("This file unpacks to too much, or is locked by a password."))
            types = b""
            if "[content_types].xml" in names:
                with archive.open("[Content_Types].xml") as stream:
                    types = stream.read(_CHUNK)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, struct.error, ValueError, OSError) as error:
        raise _broken() from error
    if re.search(rb"macroEnabled|vbaProject", types) or any("vbaproject" in n or "activex" in n for n in names):
        raise Refused(
            "file.macros",
            _("This document contains macros and is not taken."),
            next_step=_("Please save it without macros, or as PDF."),
        )
    if not types:
        return ""
    return "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""


def _broken() -> Refused:
    return Refused(
        "file.broken",
        _("This file is damaged or incomplete."),
        next_step=_("Please send it once more, or take the picture anew."),
    )


def _cleaned(upload: File[Any], kind: str) -> Iterable[bytes]:
    """The bytes to keep: images and text made anew, the rest as it came after a look for hidden passengers."""
    group = KINDS[kind].group
    upload.seek(0)
    if group == "image":
        return [_clean_image(upload, kind)]
    if group == "text":
        return [_clean_text(upload.read())]
    if kind not in {"docx", "xlsx"} and zipfile.is_zipfile(upload):
        raise _wrong_type()
    if kind == "pdf":
        _check_pdf(upload)
    upload.seek(0)
    return iter(lambda: upload.read(_CHUNK), b"")


def _clean_image(file: File[Any], kind: str) -> bytes:
    """Turned upright, at most IMAGE_SIDE_PIXELS wide or high, first frame, no EXIF, GPS, profile or comment."""
    with _whole_images():
        image = Image.open(file, formats=[_FORMATS[kind]])
        if image.width * image.height > settings.IMAGE_MEGAPIXELS * 1_000_000:
            raise Refused(
                "file.pixels",
                _("This picture has more than %(most)s million pixels.") % {"most": settings.IMAGE_MEGAPIXELS},
            )
        side = settings.IMAGE_SIDE_PIXELS
        image.draft("RGB", (side, side))
        image.load()
        upright = ImageOps.exif_transpose(image)
        has_alpha = kind != "jpeg" and upright.has_transparency_data
        clean = upright.convert("RGBA" if has_alpha else "RGB")
        clean.thumbnail((side, side))
        clean.info = {}
        out = io.BytesIO()
        clean.save(out, _FORMATS[kind], **({} if kind == "png" else {"quality": 86}))
        return out.getvalue()


@contextlib.contextmanager
def _whole_images() -> Iterator[None]:
    """Pillow's many ways to say that a picture is broken, said once."""
    try:
        yield
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        struct.error,
        Image.DecompressionBombError,
    ) as error:
        raise _broken() from error


def _clean_text(raw: bytes) -> bytes:
    """UTF-8 or GB 18030 in, UTF-8 out; markup and control characters are refused."""
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            break
    else:
        raise _wrong_type()
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\f" for sign in text) or _MARKUP.search(raw):
        raise _wrong_type()
    return text.encode()


def _check_pdf(file: File[Any]) -> None:
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content[-2048:]:
        raise _broken()
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), content)
    if _ACTIVE_PDF.search(plain):
        raise Refused(
            "file.active",
            _("This PDF contains a program and is not taken."),
            next_step=_("Please print it to a new PDF, or take a photo of it."),
        )


def _safe_stem(name: str) -> str:
    """What remains of a name as a label: no path, no control or direction signs, at most 100 characters."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = base.rsplit(".", 1)[0] if "." in base[1:] else base
    kept = "".join(sign for sign in stem if unicodedata.category(sign)[0] != "C" and sign not in '<>:"/|?*;')
    return kept.strip(" .")[:100] or "file"


def _write(chunks: Iterable[bytes]) -> tuple[str, int]:
    """To disk under its hash: whole or not at all, also when the power fails. Result: hash and size."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, prefix=".new-", delete=False) as file:
        temporary = Path(file.name)
        try:
            for chunk in chunks:
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            _move(temporary, _path(digest.hexdigest()))
        finally:
            temporary.unlink(missing_ok=True)
    return digest.hexdigest(), size


def _move(temporary: Path, target: Path) -> None:
    """Rename over whatever lies there (the same bytes), and let the folder survive a crash too."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary.replace(target)
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _path(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


class FileDamaged(Exception):
    """The bytes on disk are not those that were stored (or are gone). An incident, not an ordinary answer."""


def local_path(stored: StoredFile) -> Path:
    """Where the bytes lie, for readers that need a path. Raises FileDamaged when they are not those stored."""
    open_file(stored).close()
    return _path(stored.sha256)


def open_file(stored: StoredFile) -> IO[bytes]:
    """Open for reading after comparing the hash. Raises FileDamaged."""
    try:
        file = _path(stored.sha256).open("rb")
    except FileNotFoundError as error:
        raise FileDamaged(stored.sha256) from error
    if hashlib.file_digest(file, "sha256").hexdigest() != stored.sha256:
        file.close()
        raise FileDamaged(stored.sha256)
    file.seek(0)
    return file


def file_response(stored: StoredFile, *, download: bool) -> FileResponse:
    """Answer with the file. The caller has checked that the reader may see it."""
    kind = KINDS[stored.kind]
    response = FileResponse(open_file(stored), content_type=kind.content_type)
    response["Content-Length"] = str(stored.size)
    shown = "inline" if kind.shown and not download else "attachment"
    _guard(response)
    response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(stored.name)}"
    return response


def thumbnail_response(stored: StoredFile) -> HttpResponse:
    """Answer with a 640 × 400 picture, made on first use."""
    assert KINDS[stored.kind].group == "image", stored.kind
    path = Path(settings.MEDIA_ROOT) / "thumbs" / f"{stored.sha256}.jpg"
    if not path.exists():
        with open_file(stored) as file:
            picture = ImageOps.fit(Image.open(file, formats=list(_FORMATS.values())).convert("RGB"), THUMBNAIL)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as made:
            picture.save(made, "JPEG", quality=80)
        Path(made.name).replace(path)
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    _guard(response)
    return response


def _guard(response: HttpResponse | FileResponse) -> None:
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"


def release(held: Iterable[StoredFile]) -> None:
    """Drop the rows nobody names any more; their bytes go with the next sweep."""
    for stored in held:
        with contextlib.suppress(IntegrityError), transaction.atomic():  # named elsewhere, seen from here or not
            stored.delete()


def sweep(*, at: dt.datetime) -> int:
    """Remove bytes older than a day that no row names (a rolled-back upload, a deleted row). Result: how many."""
    root, old = Path(settings.MEDIA_ROOT), (at - dt.timedelta(days=1)).timestamp()
    removed = 0
    if not root.is_dir():  # nothing was ever kept
        return removed
    for folder in (*root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"), root):
        found = {path.name: path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < old}
        named = StoredFile.objects.filter(sha256__in=found).values_list("sha256", flat=True)
        for name in found.keys() - set(named):
            found[name].unlink(missing_ok=True)
            (root / "thumbs" / f"{name}.jpg").unlink(missing_ok=True)
            removed += 1
    return removed
