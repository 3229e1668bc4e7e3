from django.db import migrations, models


class Migration(migrations.Migration):
    """One rating for the answer and one for the result of a contact.

    Where two were kept, the one the person gave first stays: it is what `rate` would have refused to change.
    """

    dependencies = [("intake", "0012_lie_with_desk")]

    operations = [
        migrations.RunSQL(
            "SELECT set_config('fq.all', 'on', true);"
            " DELETE FROM intake_rating r USING (SELECT id, row_number() OVER (PARTITION BY contact_id, about"
            " ORDER BY answered_at NULLS LAST, id) AS place FROM intake_rating) found"
            " WHERE found.id = r.id AND found.place > 1;"
            " SELECT set_config('fq.all', '', true)",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "rating", models.UniqueConstraint(fields=("contact", "about"), name="one_rating_of_each")
        ),
    ]
