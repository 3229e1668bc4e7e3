"""Issued documents: typst templates filled from JSON alone, as PDF/A-2b with the bundled font. And QR codes."""

from __future__ import annotations

import functools
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import segno
import typst

from fengqiao.kernel import clock

ROOT = Path(__file__).resolve().parents[1]


@functools.cache
def _fonts() -> str:
    """The folder of the Noto CJK font that comes as a wheel, so that no font of the machine is needed."""
    found = importlib.util.find_spec("noto_cjk_sans_otc")
    assert found and found.submodule_search_locations, "the package noto-cjk-sans-otc is not installed"
    return found.submodule_search_locations[0]


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """Set `<context>/documents/<name>.typ`, named "context/name", with `data`.

    The template reads the data with `json(bytes(sys.inputs.data))`; values are text to it, never markup.
    """
    context, _, name = template.partition("/")
    result = typst.compile(
        str(ROOT / context / "documents" / f"{name}.typ"),
        root=str(ROOT),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="a-2b",
        timestamp=int(clock.now().timestamp()),
    )
    assert isinstance(result, bytes)
    return result


def qr_svg(text: str, *, border: int = 2) -> str:
    """A QR code as one `<svg>` element, error level M, without styles or scripts: for pages and for `pdf`."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=border, scale=8, xmldecl=False, svgclass=None, lineclass=None, light="#fff"
    )
    return out.getvalue().decode().strip()
