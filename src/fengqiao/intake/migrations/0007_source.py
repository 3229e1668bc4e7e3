import django.db.models.deletion
from django.db import migrations, models

from fengqiao.kernel import rls

HELPS = (
    "id IN (SELECT contact_id FROM intake_share"
    " WHERE organisation_id = nullif(current_setting('fq.unit', true), '')::bigint)"
)


class Migration(migrations.Migration):
    """Which organisation's system sent a contact in: that organisation's system may read it back."""

    dependencies = [("people", "0001_initial"), ("intake", "0006_search")]
    operations = [
        migrations.AddField(
            "contact",
            "source",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
            ),
        ),
        migrations.AddIndex(
            "contact",
            models.Index(
                models.F("source_id"),
                models.OrderBy(models.F("received_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("source_id__isnull", False)),
                name="contact_source",
            ),
        ),
        rls.protect(
            "intake_contact",
            rls.in_place(unit=["unit_id", "desk_id", "source_id"], person="person_id", matter="id", also=[HELPS]),
        ),
    ]
