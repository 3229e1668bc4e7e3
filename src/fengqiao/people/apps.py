from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "fengqiao.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.kernel import calendar, rls
        from fengqiao.people import (
            audit,
            callers,
            hours,
            menus,
            notices,  # noqa: F401 — its words, which the worker needs too
        )
        from fengqiao.shell import api, listing, middleware

        calendar.know_hours(hours.hours_of)
        rls.exempt("people.Area", "the names of places are public")
        rls.exempt("people.Organisation", "who is responsible for what is public")
        middleware.on_forbidden.append(audit.forbidden)
        listing.on_export.append(audit.exported)
        api.know_caller("bearer", callers.by_key)
        menus.register()
