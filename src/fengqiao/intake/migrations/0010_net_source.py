from django.db import migrations

from fengqiao.kernel import rls

HELPS = f"id IN (SELECT contact_id FROM intake_share WHERE organisation_id = {rls.setting('unit', 'bigint')})"


class Migration(migrations.Migration):
    """The net under contacts again, with the system that sent one in."""

    dependencies = [("intake", "0009_desk_turn")]
    operations = [
        rls.protect(
            "intake_contact",
            rls.in_place(unit=["unit_id", "desk_id", "source_id"], person="person_id", matter="id", also=[HELPS]),
        ),
    ]
