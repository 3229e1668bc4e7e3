from django.db import migrations

LANES = 64
NUMBERS = f"""
CREATE FUNCTION evidence_unit(place bigint, facts jsonb, about text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT coalesce(district_id, city_id) FROM people_area WHERE id = coalesce(
      place,
      CASE WHEN jsonb_typeof(facts -> 'place_id') = 'number' THEN (facts ->> 'place_id')::bigint END,
      CASE WHEN about <> '' THEN (
        SELECT coalesce(first.place_id, (first.facts ->> 'place_id')::bigint) FROM kernel_event AS first
        WHERE first.subject = about
          AND (first.place_id IS NOT NULL OR jsonb_typeof(first.facts -> 'place_id') = 'number')
        ORDER BY first.id LIMIT 1) END)),
    0)
$$;
CREATE FUNCTION evidence_lane() RETURNS int LANGUAGE plpgsql AS $$
-- A lane nobody else counts in until this transaction ends: writers never wait for each other.
DECLARE
  start int := pg_backend_pid() % {LANES};
BEGIN
  FOR step IN 0..{LANES - 1} LOOP
    IF pg_try_advisory_xact_lock(20261128, (start + step) % {LANES}) THEN
      RETURN (start + step) % {LANES};
    END IF;
  END LOOP;
  PERFORM pg_advisory_xact_lock(20261128, start);
  RETURN start;
END $$;
CREATE FUNCTION evidence_number_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  chosen int := evidence_lane();
  part record;
  until bigint;
BEGIN
  FOR part IN
    SELECT evidence_unit(place_id, facts, subject) AS unit, array_agg(id ORDER BY id) AS ids
    FROM new_events GROUP BY 1 ORDER BY 1
  LOOP
    INSERT INTO evidence_counter AS held (unit_id, lane, last) VALUES (part.unit, chosen, cardinality(part.ids))
      ON CONFLICT (unit_id, lane) DO UPDATE SET last = held.last + excluded.last RETURNING last INTO until;
    INSERT INTO evidence_pending (event_id, unit_id, lane, n)
      SELECT one, part.unit, chosen, until - cardinality(part.ids) + position
      FROM unnest(part.ids) WITH ORDINALITY AS list (one, position);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER event_numbered AFTER INSERT ON kernel_event
  REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION evidence_number_events();
WITH older AS (
  SELECT id, evidence_unit(place_id, facts, subject) AS unit FROM kernel_event
), numbered AS (
  SELECT id, unit, row_number() OVER (PARTITION BY unit ORDER BY id) AS n FROM older
), counted AS (
  INSERT INTO evidence_counter (unit_id, lane, last) SELECT unit, 0, max(n) FROM numbered GROUP BY unit
)
INSERT INTO evidence_pending (event_id, unit_id, lane, n) SELECT id, unit, 0, n FROM numbered;
"""
NUMBERS_BACK = """
DROP TRIGGER event_numbered ON kernel_event;
DROP FUNCTION evidence_number_events();
DROP FUNCTION evidence_lane();
DROP FUNCTION evidence_unit(bigint, jsonb, text);
"""
APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON evidence_{table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in ("leaf", "checkpoint", "cosignature", "anchor")
)
APPEND_ONLY_BACK = "".join(
    f"DROP TRIGGER {table}_append_only ON evidence_{table};"
    for table in ("leaf", "checkpoint", "cosignature", "anchor")
)


class Migration(migrations.Migration):
    """Each event gets a number in its own transaction, so that one which is removed leaves a gap."""

    dependencies = [
        ("evidence", "0001_initial"),
        ("kernel", "0002_events_are_append_only"),
        ("people", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(NUMBERS, NUMBERS_BACK),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
    ]
