from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


def _categories_changed(sender: object, **more: object) -> None:
    from fengqiao.intake.queries import CATEGORIES
    from fengqiao.kernel import cached

    cached.changed(CATEGORIES)


class IntakeConfig(AppConfig):
    name = "fengqiao.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.intake import callers, menu_resident, menus, sealed
        from fengqiao.intake.models import Category
        from fengqiao.intake.pages import resident_common
        from fengqiao.kernel import rls
        from fengqiao.mediation import access as mediation

        for signal in (post_save, post_delete):
            signal.connect(_categories_changed, sender=Category)
        menu_resident.register()
        rls.exempt("intake.Share", "the net of contacts asks it; it says only which unit helps with which matter")
        menus.register()
        callers.register()
        sealed.register()
        mediation.register_opener(resident_common.by_session)
