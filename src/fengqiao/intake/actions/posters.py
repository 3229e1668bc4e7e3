"""A stack of posters, ordered by staff and set in the background."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse

from fengqiao.intake import events, papers, rules
from fengqiao.intake.models import PosterRun
from fengqiao.kernel import events as log
from fengqiao.kernel import files
from fengqiao.kernel.actor import Actor, system
from fengqiao.people.models import Area


@transaction.atomic
def order(*, place_ids: list[int], language: str, actor: Actor, at: dt.datetime) -> PosterRun:
    """Ask for the posters of these places as one file."""
    actor.require(rules.POSTERS)
    assert actor.user_id is not None, "somebody orders posters"
    run = PosterRun.objects.create(ordered_by_id=actor.user_id, ordered_at=at, place_ids=place_ids, language=language)
    log.record(events.PostersOrdered(run=run.pk, count=len(place_ids)), actor=actor.id, at=at)
    return run


def fulfil(*, run_id: int, at: dt.datetime) -> PosterRun:
    """Set the stack. A second run finds it done."""
    run = PosterRun.objects.get(pk=run_id)
    if run.file_id is not None:
        return run
    places = Area.objects.in_bulk(run.place_ids)
    wanted = [{"place": places[pk].full_name, "url": url_of(places[pk])} for pk in run.place_ids if pk in places]
    content = papers.posters(places=wanted, language=run.language)
    with transaction.atomic():
        run.file = files.store(ContentFile(content, "posters.pdf"), actor=system("intake.posters"), at=at)
        run.done = len(wanted)
        run.save(update_fields=["file", "done"])
    return run


def url_of(place: Area) -> str:
    """What the poster of a place opens."""
    return settings.SITE_URL.rstrip("/") + reverse("intake:scan", args=[place.code])
