"""Intake as JSON: the same verbs as the pages. A contact is written by connected systems, members and its person."""

from ninja import Router

from fengqiao.intake.api import contacts, deeds, files, imports, person, reference

router = Router()
for part in (contacts, deeds, person, files, imports, reference):
    router.add_router("", part.router)

__all__ = ["router"]
