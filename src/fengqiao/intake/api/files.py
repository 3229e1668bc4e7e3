"""Files are sent first and named afterwards in the request they belong to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import File, Router, Status
from ninja.files import UploadedFile

from fengqiao.intake import rules
from fengqiao.intake.api import schemas
from fengqiao.intake.api.common import edge
from fengqiao.kernel import files
from fengqiao.shell.api import operation

router = Router(tags=["files"])


@router.post("/files", response={201: schemas.Uploaded}, summary="Send a file")
@operation(rules.FILE, rules.OWN, rules.HANDLE, rules.REGISTER)
def upload(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Judged by content, photos made anew without their metadata. Name its id in a later request."""
    kept = files.store(file, **edge(request))
    return Status(201, schemas.Uploaded(id=kept.pk, name=kept.name, kind=kept.kind, size=kept.size))
