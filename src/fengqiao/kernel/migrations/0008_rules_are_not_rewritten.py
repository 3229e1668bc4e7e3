from django.db import migrations

FORWARD = """
CREATE FUNCTION guard_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a rule is closed by valid_to, never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.key, OLD.value, OLD.unit, OLD.moves, OLD.ends, OLD.jurisdiction, OLD.valid_from)
     IS DISTINCT FROM (NEW.key, NEW.value, NEW.unit, NEW.moves, NEW.ends, NEW.jurisdiction, NEW.valid_from) THEN
    RAISE EXCEPTION 'what rule % says is not rewritten; add a version', OLD.key USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext(NEW.key || ' ' || NEW.jurisdiction));
  IF EXISTS (
    SELECT FROM kernel_rule r
    WHERE r.key = NEW.key AND r.jurisdiction = NEW.jurisdiction AND r.id IS DISTINCT FROM NEW.id
      AND daterange(r.valid_from, r.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')
  ) THEN
    RAISE EXCEPTION 'two versions of rule % hold on the same day', NEW.key USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rule_guard BEFORE INSERT OR UPDATE OR DELETE ON kernel_rule
  FOR EACH ROW EXECUTE FUNCTION guard_rule();
"""
BACK = "DROP TRIGGER rule_guard ON kernel_rule; DROP FUNCTION guard_rule();"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0007_calendar_rules_deadlines")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
