from django.db import migrations

from fengqiao.kernel import rls

HELPS = f"id IN (SELECT contact_id FROM intake_share WHERE organisation_id = {rls.setting('unit', 'bigint')})"
CHILDREN = ("entry", "attachment", "supporter", "correction", "alert", "rating")


class Migration(migrations.Migration):
    """The net again, with settings read once a query instead of once a row."""

    dependencies = [("intake", "0007_source")]
    operations = [
        rls.protect(
            "intake_contact",
            rls.in_place(unit=["unit_id", "desk_id"], person="person_id", matter="id", also=[HELPS]),
        ),
        *(rls.protect(f"intake_{name}", rls.through("intake_contact", "contact_id")) for name in CHILDREN),
    ]
