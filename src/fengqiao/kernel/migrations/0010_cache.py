from django.db import migrations


class Migration(migrations.Migration):
    """The table of Django's cache in the database, as `createcachetable` makes it."""

    dependencies = [("kernel", "0009_idempotency")]
    operations = [
        migrations.RunSQL(
            "CREATE TABLE kernel_cache ("
            "cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);"
            "CREATE INDEX kernel_cache_expires ON kernel_cache (expires)",
            "DROP TABLE kernel_cache",
        ),
    ]
