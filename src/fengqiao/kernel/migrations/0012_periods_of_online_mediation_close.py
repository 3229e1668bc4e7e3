from django.db import migrations

FORWARD = """
ALTER TABLE kernel_rule DISABLE TRIGGER rule_guard;
UPDATE kernel_rule SET ends = 'closing'
 WHERE key IN ('mediation.online.accept', 'mediation.online.assign', 'mediation.online.choose', 'mediation.online.contact')
   AND valid_from = '2022-01-01' AND ends = 'midnight';
ALTER TABLE kernel_rule ENABLE TRIGGER rule_guard;
"""


class Migration(migrations.Migration):
    """Working-day periods of online mediation end when work ends (Civil Code 203), not at midnight.

    Our own reading was wrong from the first day, and no clock was ever started by these rows: so they are put right
    where they stand, instead of a version that would say the law had changed.
    """

    dependencies = [("kernel", "0011_days_set_by_hand")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
