from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

TABLE = "ALTER TABLE search_words ENABLE ROW LEVEL SECURITY"
# Without a policy only the owner sees rows: the functions run as the owner, the application does not.
PUT = """
CREATE FUNCTION search_put(which bigint, given text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO search_words (contact_id, received_at, words)
    SELECT c.id, c.received_at, array_to_tsvector(
        (SELECT array_agg(DISTINCT word) FROM unnest(given || ARRAY[
            'city:' || c.city_id, 'district:' || c.district_id, 'street:' || c.street_id,
            'community:' || c.community_id, 'grid:' || c.grid_id,
            'unit:' || c.unit_id, 'unit:' || c.desk_id
        ]) AS word WHERE word IS NOT NULL AND word <> '')
    )
    FROM intake_contact c WHERE c.id = which
    ON CONFLICT (contact_id) DO UPDATE SET words = excluded.words;
$$;
"""

FIND = """
CREATE FUNCTION search_find(asked text[], most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH scope AS (
        SELECT string_agg('''' || name || ':' || held || '''', ' | ')::tsquery AS words
        FROM unnest(ARRAY['city', 'district', 'street', 'community', 'grid', 'unit']) AS name,
             nullif(current_setting('fq.' || name, true), '') AS held
        WHERE held IS NOT NULL
    ), wanted AS (
        SELECT string_agg('''' || replace(word, '''', '') || '''', ' & ')::tsquery AS words
        FROM unnest(asked) AS word
    )
    SELECT contact_id FROM search_words
    WHERE search_words.words @@ (SELECT CASE WHEN current_setting('fq.all', true) = 'on' THEN wanted.words
                                             ELSE wanted.words && scope.words END FROM wanted, scope)
    ORDER BY received_at DESC, contact_id DESC LIMIT most;
$$;
"""

MISSING = """
CREATE FUNCTION search_missing(after bigint, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id FROM intake_contact AS c
    WHERE id > after AND NOT EXISTS (SELECT 1 FROM search_words WHERE contact_id = c.id)
    ORDER BY id LIMIT most;
$$;
"""


class Migration(migrations.Migration):
    """Words of contacts for the search of the staff, where the application itself cannot read them."""

    dependencies = [("intake", "0005_queue_order")]
    operations = [
        migrations.CreateModel(
            name="SearchWords",
            fields=[
                ("contact_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("words", SearchVectorField()),
            ],
            options={
                "db_table": "search_words",
                "indexes": [GinIndex(fields=["words"], name="search_words_words")],
            },
        ),
        migrations.RunSQL(TABLE, migrations.RunSQL.noop),
        migrations.RunSQL(PUT, "DROP FUNCTION search_put(bigint, text[])"),
        migrations.RunSQL(MISSING, "DROP FUNCTION search_missing(bigint, int)"),
        migrations.RunSQL(FIND, "DROP FUNCTION search_find(text[], int)"),
    ]
