from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "fengqiao.shell"
    label = "shell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fengqiao.shell import menu

        keepers = ["administrator", "auditor", "dispatcher", "court_manager", "leader"]
        menu.register(_("Rules and their sources"), "scale", "shell:rules", keepers, order=900)
        menu.register(_("Holidays and working days"), "calendar", "shell:calendar", ["administrator"], order=910)
