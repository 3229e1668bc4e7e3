"""Documents: text comes out again, values are never markup, the QR code carries what it should."""

import io
import xml.etree.ElementTree as ET

import pytest
import segno
from pypdf import PdfReader

from fengqiao.kernel import documents

URL = "https://fengqiao.example/f/01226-0004827-3"


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def test_a_qr_code_is_inert_svg() -> None:
    svg = documents.qr_svg(URL)
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "style" not in svg and "script" not in svg


def test_the_qr_code_gets_the_address_and_survives_a_stain(monkeypatch) -> None:
    made: list[tuple[str, str]] = []
    real = segno.make

    def make(content, **options):
        code = real(content, **options)
        made.append((content, code.error))
        return code

    monkeypatch.setattr(segno, "make", make)
    documents.qr_svg(URL)
    assert made[0][0] == URL
    assert made[0][1] in "MQH"


@pytest.fixture
def scrap(tmp_path, monkeypatch):
    """A context with one template that prints what it is given."""
    folder = tmp_path / "scrap" / "documents"
    folder.mkdir(parents=True)
    (folder / "echo.typ").write_text(
        "#let data = json(bytes(sys.inputs.data))\n"
        '#set text(font: "Noto Sans CJK SC")\n#set document(title: "t")\n#data.text'
    )
    monkeypatch.setattr(documents, "ROOT", tmp_path)


@pytest.mark.parametrize("text", ["供暖不热", '#read("/etc/passwd")', "*bold* _x_ $y$ \\ \" '", "</svg>"])
def test_values_are_text_and_never_markup(scrap, text) -> None:
    assert text.replace(" ", "") in text_of(documents.pdf("scrap/echo", {"text": text})).replace(" ", "")


def test_the_pdf_says_that_it_is_for_the_archive(scrap) -> None:
    made = documents.pdf("scrap/echo", {"text": "一"})
    metadata = PdfReader(io.BytesIO(made)).xmp_metadata
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata.stream.get_data()
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata.stream.get_data()
