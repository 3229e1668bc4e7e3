from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

MEDIATION = rls.in_place(unit=["unit_id", "court_id"], also=[net.own_seat("mediation_mediation.dispute_id")])


class Migration(migrations.Migration):
    """The same net over mediations, asking for a seat row by row where few rows are looked at."""

    dependencies = [("mediation", "0009_turns"), ("disputes", "0004_net_by_row")]
    operations = [rls.protect("mediation_mediation", MEDIATION)]
