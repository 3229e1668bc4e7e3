from django.apps import AppConfig


class MediationConfig(AppConfig):
    name = "fengqiao.mediation"
    label = "mediation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.kernel import rls
        from fengqiao.mediation import menus

        menus.register()
        for label, reason in (
            ("mediation.Body", "the registry of organisations is public by law (ONM 5)"),
            ("mediation.Mediator", "the register of mediators is public by law (ONM 5)"),
            ("mediation.Interest", "ties are looked for across the whole register; pages show them to nobody else"),
            ("mediation.Station", "where and when the law is explained is public"),
            ("mediation.CaseTeam", "which teams a court keeps is public"),
            ("mediation.Slot", "where and when the law is explained is public"),
        ):
            rls.exempt(label, reason)
