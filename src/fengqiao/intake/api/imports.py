"""Whole files of messages by an interface: sent in with what the columns mean, then asked how far they are."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from fengqiao.intake import import_runs, rules
from fengqiao.intake.api import schemas
from fengqiao.intake.api.common import actor_of, edge
from fengqiao.intake.models import ImportRun
from fengqiao.shell.api import operation

router = Router(tags=["imports"])


class Named(BaseModel):
    mapping: schemas.Line = Field("", description="Name of saved columns; guessed from their names when empty")


@router.post("/imports", response={201: schemas.ImportRunOut}, summary="Import a file of messages")
@operation(rules.IMPORT)
def create_import(request: HttpRequest, file: File[UploadedFile], sent: Form[Named]) -> Any:
    """CSV or XLSX, one message a row. The columns are those saved under a name, else guessed.

    The file comes in by itself afterwards; the same file again is answered with its run and changes nothing.
    """
    run = import_runs.send_in(upload=file, mapping=sent.mapping, **edge(request))
    begun = import_runs.start(pk=run.pk, columns=run.columns, channel=run.channel, **edge(request))
    return Status(201, _shown(begun))


@router.get("/imports/{run_id}", response=schemas.ImportRunOut, summary="See how far an import is")
@operation(rules.IMPORT)
def read_import(request: HttpRequest, run_id: int) -> Any:
    """One of the caller's own organisation. The first hundred rows not taken stand with it."""
    found = import_runs.visible_to(actor_of(request)).filter(pk=run_id).first() if 0 < run_id < 2**63 else None
    if found is None:
        raise Http404
    return _shown(found)


def _shown(run: ImportRun) -> dict[str, Any]:
    kept = run.rejections.order_by("line")[:100]
    return {
        "id": run.pk,
        "state": run.state.value,
        "rejections": [{"line": one.line, "reason": one.reason} for one in kept],
        **{name: getattr(run, name) for name in ("file_name", "mapping", "columns", "sent_at", "finished_at", "error")},
        **{name: getattr(run, name) for name in ("read", "made", "known", "rejected")},
    }
