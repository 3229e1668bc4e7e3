"""Asked twice, done once: the same key with the same body gets the same answer, byte for byte.

The row is claimed first and filled with the answer in the transaction of the deed. A crash in between leaves neither;
a twin that arrives meanwhile waits for the first to end. Another body under a used key is refused.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import IdempotencyKey

KEPT = dt.timedelta(days=7)
WAIT_MS = 5_000
FORM = re.compile(r"[\x21-\x7e]{1,100}")
_KEPT_STATUS = frozenset({409})

_CLAIM = """
INSERT INTO kernel_idempotencykey (caller, key, request, digest, content_type, answer, at)
VALUES (%s, %s, %s, %s, '', '', %s) ON CONFLICT (caller, key) DO NOTHING RETURNING id
"""


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request under a key. `request` is method and path, `digest` the hash of the body."""

    caller: str
    key: str
    request: str
    digest: str


def asked(request: HttpRequest, *, caller: str, key: str) -> Asked:
    """Refuses: a key that is empty, longer than a hundred characters, or not plain ASCII."""
    if not FORM.fullmatch(key):
        raise Refused("idempotency.key", _("An Idempotency-Key has 1 to 100 visible ASCII characters."))
    return Asked(caller, key, f"{request.method} {request.get_full_path()}"[:220], digest(request))


def digest(request: HttpRequest) -> str:
    """The hash of what was sent. The boundary of a multipart body changes at every try, so its parts count."""
    made = hashlib.sha256()
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.POST.lists()):
            made.update(f"{name}\0{values}\0".encode("utf-8", "replace"))
        for name, uploads in sorted(request.FILES.lists()):
            for upload in uploads:
                content = hashlib.sha256(b"".join(upload.chunks())).hexdigest()
                upload.seek(0)
                made.update(f"{name}\0{content}\0".encode("utf-8", "replace"))
    else:
        made.update(request.body)
    return made.hexdigest()


def earlier(this: Asked) -> HttpResponse | None:
    """The answer given before, if any. Refuses: idempotency.other_body."""
    row = IdempotencyKey.objects.filter(caller=this.caller, key=this.key, status__isnull=False).first()
    return _again(row, this) if row is not None else None


def claim(this: Asked, *, at: dt.datetime) -> HttpResponse | None:
    """Take the key for this transaction. Result: None when the deed shall be done now, else the answer given before.

    A twin whose deed is still running is waited for. Refuses: idempotency.in_progress after five seconds,
    idempotency.other_body.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
            cursor.execute(_CLAIM, [this.caller, this.key, this.request, this.digest, at])
            is_mine = cursor.fetchone() is not None
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        raise _in_progress() from error
    if is_mine:
        return None
    before = earlier(this)
    if before is None:
        raise _in_progress()
    return before


def finish(this: Asked, response: HttpResponse) -> None:
    """Keep the answer, or give the key back when there is nothing to keep (a request that was not understood)."""
    row = IdempotencyKey.objects.filter(caller=this.caller, key=this.key)
    if response.streaming or not (response.status_code < 300 or response.status_code in _KEPT_STATUS):
        row.delete()
        return
    found = row.get()
    found.status, found.content_type = response.status_code, response.headers.get("Content-Type", "")
    found.answer = response.content.decode()
    found.save()


def forget(*, at: dt.datetime) -> int:
    """Delete answers older than a week. Result: how many."""
    return IdempotencyKey.objects.filter(at__lt=at - KEPT).delete()[0]


def _in_progress() -> Refused:
    return Refused(
        "idempotency.in_progress",
        _("The same request is being worked on."),
        next_step=_("Please send it again in a few seconds."),
    )


def _again(row: IdempotencyKey, this: Asked) -> HttpResponse:
    if (row.request, row.digest) != (this.request, this.digest):
        raise Refused(
            "idempotency.other_body",
            _("This Idempotency-Key was used for another request."),
            next_step=_("Please take a new key for a new request."),
        )
    answer = HttpResponse(row.answer.encode(), status=row.status, content_type=row.content_type)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
