from django.db import migrations

LEVELS = ("city", "district", "street", "community", "grid")


class Migration(migrations.Migration):
    """Contacts without a place lay nowhere and were seen by nobody: they lie with the desk that holds them."""

    dependencies = [("intake", "0011_disputes"), ("people", "0005_api_key")]

    operations = [
        migrations.RunSQL(
            "SELECT set_config('fq.all', 'on', true);"
            " UPDATE intake_contact c SET "
            + ", ".join(f"{level}_id = o.{level}_id" for level in LEVELS)
            + " FROM people_organisation o WHERE o.id = c.desk_id AND c.place_id IS NULL AND c.city_id IS NULL;"
            " SELECT set_config('fq.all', '', true)",
            migrations.RunSQL.noop,
        ),
    ]
