from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "fengqiao.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.intake import callers, menu_resident, menus, sealed
        from fengqiao.kernel import rls

        menu_resident.register()
        rls.exempt("intake.Share", "the net of contacts asks it; it says only which unit helps with which matter")
        menus.register()
        callers.register()
        sealed.register()
