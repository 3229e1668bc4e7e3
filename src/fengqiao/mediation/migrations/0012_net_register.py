from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

OWN_USER = f"user_id = {rls.setting('user', 'bigint')}"
OWN_UNIT = f"organisation_id = {rls.setting('unit', 'bigint')}"
OWN_STATION = (
    f"station_id IN (SELECT id FROM mediation_station WHERE {OWN_UNIT})"
    f" OR station_id IN (SELECT station_id FROM mediation_slot WHERE cancelled_at IS NULL AND {OWN_USER})"
)
PERSON = f"person_id = {rls.setting('person', 'bigint')}"
OWN_TRIP = f"trip_id IN (SELECT id FROM mediation_trip WHERE {OWN_USER})"


class Migration(migrations.Migration):
    """The net under teams, templates, visits and questions: a question lies with its station, not with the district."""

    dependencies = [("mediation", "0011_register"), ("disputes", "0002_net")]
    operations = [
        rls.protect("mediation_inquiry", f"{rls.EVERYTHING} OR {PERSON} OR is_published OR {OWN_STATION}"),
        rls.protect("mediation_trip", f"{rls.EVERYTHING} OR {OWN_USER}"),
        rls.protect("mediation_visit", f"{net.seen()} OR {OWN_TRIP}"),
        rls.protect("mediation_teammatter", net.seen()),
        rls.protect("mediation_template", f"{rls.EVERYTHING} OR {OWN_UNIT}"),
        rls.protect("mediation_templateversion", rls.through("mediation_template", "template_id")),
    ]
