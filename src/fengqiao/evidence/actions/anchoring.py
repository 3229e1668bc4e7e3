"""Once a day the newest checkpoint of each log is shown to the outside authorities."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable

from fengqiao.evidence.anchors import Authority, Unanchored
from fengqiao.evidence.models import Anchor, Log
from fengqiao.kernel import scoping

log = logging.getLogger(__name__)


def anchor(authorities: Iterable[Authority], *, at: dt.datetime) -> int:
    """Result: how many tokens came. What fails today is tried again tomorrow."""
    came = 0
    with scoping.unscoped("evidence.anchor"):
        newest = [one.checkpoints.order_by("-size").first() for one in Log.objects.order_by("pk")]
        for authority in authorities:
            for checkpoint in newest:
                if checkpoint is None or checkpoint.anchors.filter(authority=authority.name).exists():
                    continue
                digest = hashlib.sha256(checkpoint.note.encode()).digest()
                try:
                    token = authority.anchor(digest)
                except Unanchored as error:
                    log.warning("%s gave no time stamp: %s", authority.name, error)
                    continue
                Anchor.objects.create(checkpoint=checkpoint, authority=authority.name[:100], token=token, at=at)
                came += 1
    return came
