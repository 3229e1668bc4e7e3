from django.db import migrations

FORWARD = """
CREATE TRIGGER read_audit_append_only BEFORE UPDATE OR DELETE ON people_readaudit
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("kernel", "0002_events_are_append_only")]
    operations = [migrations.RunSQL(FORWARD, "DROP TRIGGER read_audit_append_only ON people_readaudit")]
