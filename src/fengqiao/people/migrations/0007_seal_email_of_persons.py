"""E-mail addresses of persons are sealed like their telephones; text to text rewrites no table."""

import fengqiao.kernel.crypto
from django.db import migrations

PURPOSE = "people_person.email"
PORTION = 5_000


def _rewrite(schema_editor, change):
    """Change the addresses in place, in portions, walking by key."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT id, email FROM people_person WHERE email <> '' AND id > %s ORDER BY id LIMIT %s", [last, PORTION]
            )
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.executemany(
                "UPDATE people_person SET email = %s WHERE id = %s",
                [(change(email, purpose=PURPOSE), key) for key, email in rows],
            )
            last = rows[-1][0]


def seal_emails(apps, schema_editor):
    from fengqiao.kernel.crypto import seal

    _rewrite(schema_editor, seal)


def unseal_emails(apps, schema_editor):
    from fengqiao.kernel.crypto import unseal

    _rewrite(schema_editor, unseal)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_addresses_for_notices'),
    ]

    operations = [
        migrations.AlterField(
            model_name='person',
            name='email',
            field=fengqiao.kernel.crypto.SealedField(blank=True, default=''),
        ),
        migrations.RunPython(seal_emails, unseal_emails, elidable=True),
    ]
