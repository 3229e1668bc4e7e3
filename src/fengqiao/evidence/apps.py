from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "fengqiao.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.evidence import menus

        menus.register()
