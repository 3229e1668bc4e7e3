from django.apps import AppConfig


class CourtConfig(AppConfig):
    name = "fengqiao.court"
    label = "court"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.court import menus, tasks
        from fengqiao.kernel import rls

        assert tasks.__name__
        menus.register()
        rls.exempt("court.Register", "prefixes and counters of case numbers name nobody")
