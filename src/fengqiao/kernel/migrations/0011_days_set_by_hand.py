"""A day set by hand is marked itself, so that it no longer keeps its whole year from being announced."""

from django.db import migrations, models

MARK = """
UPDATE kernel_holiday SET is_edited = true WHERE extract(year FROM day) IN
  (SELECT year FROM kernel_calendaryear WHERE is_edited AND status = 'provisional');
UPDATE kernel_calendaryear SET is_edited = false WHERE is_edited AND status = 'provisional';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0010_cache'),
    ]

    operations = [
        migrations.AddField(
            model_name='holiday',
            name='is_edited',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='holiday',
            name='kind',
            field=models.CharField(choices=[('holiday', 'day off'), ('make_up', 'make-up working day'), ('ordinary', 'ordinary day')], max_length=10),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=True),
    ]
