from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls


class Migration(migrations.Migration):
    """The net under weighing: a reckoning is its side's and the mediator's, a proposed range is for both sides too."""

    dependencies = [("mediation", "0007_weigh"), ("disputes", "0002_net")]
    operations = [
        rls.protect("mediation_reckoning", net.secret_of_side(side="side")),
        rls.protect("mediation_rangeproposal", net.secret_side()),
    ]
