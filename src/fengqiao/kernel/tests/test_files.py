"""Uploads are judged by content; pictures lose their metadata; what is dangerous is refused by its own code."""

import datetime as dt
import io
import os
import struct
import zipfile
import zlib

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from fengqiao.kernel import files
from fengqiao.kernel.actor import system
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import StoredFile

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
pytestmark = pytest.mark.django_db
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def store(content: bytes, name: str = "a") -> StoredFile:
    return files.store(ContentFile(content, name), actor=system("test"), at=AT)


def kept(stored: StoredFile) -> bytes:
    with files.open_file(stored) as file:
        return file.read()


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, form, **options)
    return out.getvalue()


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name, content)
    return out.getvalue()


def word(types: str = WORD, **more: bytes) -> bytes:
    return archive({"[Content_Types].xml": types.encode(), "word/document.xml": b"<w/>", **more})


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def animated(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


GOOD = {
    "jpeg": picture(),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n",
    "mp3": b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 40,
    "m4a": b"\0\0\0\x20ftypM4A \0\0\0\0" + b"\0" * 40,
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40,
    "ogg": b"OggS\0\x02" + b"\0" * 40,
    "amr": b"#!AMR\n" + b"\0" * 40,
    "mp4": b"\0\0\0\x20ftypisom\0\0\0\0" + b"\0" * 40,
    "mov": b"\0\0\0\x14ftypqt  \0\0\0\0" + b"\0" * 40,
    "docx": word(),
    "xlsx": archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"}),
    "txt": "暖气不热，3号楼2单元。\n".encode(),
}
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 60
BAD = {
    "empty": (b"", "file.empty"),
    "renamed program": (EXE, "file.type"),
    "script": (b"\x7fELF\x02\x01\x01\0" + b"\0" * 40, "file.type"),
    "svg with script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "file.type"),
    "html": ("\ufeff  <!DOCTYPE html><p>一".encode(), "file.type"),
    "text with a script inside": (b"hello <script>alert(1)</script>", "file.type"),
    "gif that is a script": (b"GIF89a/*" + b"\0" * 20 + b"*/=alert(1)", "file.type"),
    "gif": (animated("GIF"), "file.type"),
    "plain zip": (archive({"a.txt": b"a"}), "file.type"),
    "zip bomb": (archive({"[Content_Types].xml": b"", "word/document.xml": b"\0" * (310 << 20)}), "file.archive"),
    "word with macros": (word(**{"word/vbaProject.bin": b"x"}), "file.macros"),
    "docm renamed": (word("application/vnd.ms-word.document.macroEnabled.main+xml"), "file.macros"),
    "broken word": (word()[:-30], "file.broken"),
    "cut jpeg": (picture(size=(400, 300))[:-2000], "file.broken"),
    "jpeg in name only": (b"\xff\xd8\xff\xe0" + b"x" * 200, "file.broken"),
    "cut pdf": (b"%PDF-1.7\n1 0 obj<</Type/Cata", "file.broken"),
    "pdf with a program": (b"%PDF-1.7\n<</S /JavaScript /JS (x)>>\n%%EOF", "file.active"),
    "pdf with a hidden program": (b"%PDF-1.7\n<</S /J#61vaScript /J#53 (x)>>\n%%EOF", "file.active"),
    "pdf that is a zip": (b"%PDF-1.7\n%%EOF\n" + archive({"a.class": b"x"}), "file.type"),
    "100 megapixel header": (png_header(10_000, 10_000), "file.pixels"),
    "enormous header": (png_header(2**31 - 1, 2**31 - 1), "file.pixels"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "file.heic"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_files_are_known_by_their_content_whatever_their_name(kind) -> None:
    stored = store(GOOD[kind], "whatever.exe")
    assert stored.kind == kind
    assert stored.name == f"whatever.{'jpg' if kind == 'jpeg' else kind}"
    assert stored.size == len(kept(stored))


def test_every_kind_has_a_sample() -> None:
    assert GOOD.keys() == files.KINDS.keys()


@pytest.mark.parametrize("what", BAD)
def test_bad_files_are_refused_with_a_code(what, media) -> None:
    content, code = BAD[what]
    with pytest.raises(Refused) as refused:
        store(content, "photo.jpg")
    assert refused.value.code == code
    assert str(refused.value.message)
    assert not StoredFile.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_position_and_camera_are_removed_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 27.0), 3: "E", 4: (116.0, 23.0, 17.0)})
    before = picture(size=(80, 50), exif=exif, comment=b"Building 3, door 202", icc_profile=b"profile")
    assert dict(Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)), "the sample must hold a position"
    after = kept(store(before))
    made = Image.open(io.BytesIO(after))
    assert not dict(made.getexif()) and not made.getexif().get_ifd(0x8825)
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert made.size == (50, 80)
    for leak in (b"Exif", b"CameraMaker", b"door 202", b"profile"):
        assert leak in before and leak not in after


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(form) -> None:
    made = Image.open(io.BytesIO(kept(store(animated(form)))))
    assert getattr(made, "n_frames", 1) == 1
    red, _, blue = made.convert("RGB").getpixel((5, 5))
    assert red > 200 and blue < 60


def test_large_photos_shrink_and_what_trails_them_is_gone(settings) -> None:
    settings.IMAGE_SIDE_PIXELS = 300
    after = kept(store(picture(size=(900, 300)) + b"<script>alert(1)</script>" + archive({"a": b"b"})))
    assert Image.open(io.BytesIO(after)).size == (300, 100)
    assert b"script" not in after and b"PK" not in after[-60:]


def test_sizes_are_limited_by_kind(settings) -> None:
    settings.FILE_LIMITS_MB = {**settings.FILE_LIMITS_MB, "audio": 0}
    with pytest.raises(Refused) as refused:
        store(GOOD["wav"])
    assert refused.value.code == "file.too_big"


def test_chinese_text_of_old_programs_becomes_utf8() -> None:
    assert kept(store("暖气不热".encode("gb18030"))).decode() == "暖气不热"


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\li\\说明 书.doc", "说明 书.txt"),
        ("a\u202etxt.exe", "atxt.txt"),
        ("x" * 300, "x" * 100 + ".txt"),
        ("..", "file.txt"),
    ],
)
def test_names_are_only_labels(given, label) -> None:
    file = ContentFile(b"abc", "a")
    file.name = given
    assert files.store(file, actor=system("test"), at=AT).name == label


def test_equal_bytes_are_kept_once(media) -> None:
    first, second = store(b"abc", "a.txt"), store(b"abc", "b.txt")
    assert first.pk != second.pk and first.sha256 == second.sha256
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_a_changed_or_missing_file_is_noticed(media) -> None:
    stored = store(b"abc")
    path = next(path for path in media.rglob("*") if path.is_file())
    path.write_bytes(b"abd")
    with pytest.raises(files.FileDamaged):
        files.open_file(stored)
    path.unlink()
    with pytest.raises(files.FileDamaged):
        files.open_file(stored)


def test_where_nothing_was_ever_kept_there_is_nothing_to_sweep(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    assert files.sweep(at=dt.datetime.now(tz=CHINA)) == 0


def test_bytes_without_a_row_are_swept_after_a_day(media) -> None:
    stored = store(b"stays")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store(b"goes")
        _ = 1 / 0
    now = dt.datetime.now(tz=CHINA)
    (media / ".new-x").write_bytes(b"half written")
    assert files.sweep(at=now) == 0
    for path in media.rglob("*"):
        os.utime(path, times=(now.timestamp() - 90_000,) * 2)
    assert files.sweep(at=now) == 2
    assert kept(stored) == b"stays"


@pytest.mark.parametrize(
    ("kind", "shown"), [("jpeg", "inline"), ("txt", "inline"), ("pdf", "attachment"), ("docx", "attachment")]
)
def test_a_file_is_served_without_power(kind, shown) -> None:
    response = files.file_response(store(GOOD[kind], "照片.x"), download=False)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith(f"{shown}; filename*=UTF-8''%E7%85%A7")
    assert response["Content-Type"] == files.KINDS[kind].content_type
    assert b"".join(response.streaming_content)
    again = files.file_response(StoredFile.objects.get(), download=True)
    assert again["Content-Disposition"].startswith("attachment")
    again.close()


def test_thumbnails_are_sixteen_to_ten() -> None:
    stored = store(picture(size=(900, 1300)))
    for _ in range(2):
        response = files.thumbnail_response(stored)
        assert Image.open(io.BytesIO(response.content)).size == (640, 400)
        assert response["Cache-Control"] == "private, no-store"
