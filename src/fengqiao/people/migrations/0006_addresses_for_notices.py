"""Where notices of staff and units go. E-mails typed before are sealed; text to text rewrites no table."""

import fengqiao.kernel.crypto
from django.db import migrations

PURPOSE = "people_user.email"


def seal_emails(apps, schema_editor):
    from fengqiao.kernel.crypto import seal

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, email FROM people_user WHERE email <> ''")
        rows = [(seal(email, purpose=PURPOSE), key) for key, email in cursor.fetchall()]
        cursor.executemany("UPDATE people_user SET email = %s WHERE id = %s", rows)


def unseal_emails(apps, schema_editor):
    from fengqiao.kernel.crypto import unseal

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, email FROM people_user WHERE email <> ''")
        rows = [(unseal(email, purpose=PURPOSE), key) for key, email in cursor.fetchall()]
        cursor.executemany("UPDATE people_user SET email = %s WHERE id = %s", rows)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_api_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='chat',
            field=fengqiao.kernel.crypto.SealedField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='user',
            name='phone',
            field=fengqiao.kernel.crypto.SealedField(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='user',
            name='email',
            field=fengqiao.kernel.crypto.SealedField(blank=True, default=''),
        ),
        migrations.RunPython(seal_emails, unseal_emails, elidable=True),
    ]
