import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


from fengqiao.kernel import rls

OF_THE_OFFICE = (
    "EXISTS (SELECT 1 FROM intake_importrun AS above WHERE above.id = run_id"
    f" AND above.organisation_id = {rls.setting('unit', 'bigint')})"
)


class Migration(migrations.Migration):
    """Files sent in on the page: kept, mapped, started later, and the rows of them that were not taken."""

    dependencies = [
        ('intake', '0013_rating_once'),
        ('kernel', '0012_periods_of_online_mediation_close'),
        ('people', '0006_addresses_for_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=300)),
                ('cells', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                'ordering': ('run', 'line'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='importrun',
            name='one_run_of_a_file',
        ),
        migrations.AddField(
            model_name='importrun',
            name='actor_name',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='importrun',
            name='channel',
            field=models.CharField(choices=[('court_hotline', '12368 court hotline'), ('city_hotline', '12345 hotline'), ('web', 'web page'), ('qr', 'QR code'), ('grid', 'grid worker'), ('window', 'court window'), ('open311', 'Open311'), ('api', 'connected system'), ('import', 'import')], default='import', max_length=20),
        ),
        migrations.AddField(
            model_name='importrun',
            name='columns',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='importrun',
            name='error',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='importrun',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.storedfile'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='moved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='importrun',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='sent_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='importrun',
            name='stopped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='started_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.UniqueConstraint(condition=models.Q(('started_at__isnull', False)), fields=('file_hash', 'mapping'), name='one_run_of_a_file'),
        ),
        migrations.AddField(
            model_name='importrejection',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejections', to='intake.importrun'),
        ),
        migrations.AddConstraint(
            model_name='importrejection',
            constraint=models.UniqueConstraint(fields=('run', 'line'), name='one_rejection_of_a_row'),
        ),
        rls.protect("intake_importrejection", f"{rls.EVERYTHING} OR {OF_THE_OFFICE}"),
    ]
