from django.db import migrations

from fengqiao.kernel import rls

HELPS = (
    "id IN (SELECT contact_id FROM intake_share"
    " WHERE organisation_id = nullif(current_setting('fq.unit', true), '')::bigint)"
)
CHILDREN = ("entry", "attachment", "supporter", "correction", "alert", "rating")


class Migration(migrations.Migration):
    """The net under intake: a contact by place, unit, person or opened matter; what hangs on it, with it."""

    dependencies = [("intake", "0001_initial")]
    operations = [
        rls.protect(
            "intake_contact",
            rls.in_place(unit=["unit_id", "desk_id"], person="person_id", matter="id", also=[HELPS]),
        ),
        *(rls.protect(f"intake_{name}", rls.through("intake_contact", "contact_id")) for name in CHILDREN),
    ]
