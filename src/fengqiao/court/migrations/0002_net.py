from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

CONFIRMATION = rls.in_place(
    unit=["court_id"], also=[f"judge_id = {rls.setting('user', 'bigint')}", f"dispute_id IN ({net.OWN_SEATS})"]
)


class Migration(migrations.Migration):
    """The net under confirmations: place, the court, the judge, the parts in the matter."""

    dependencies = [("court", "0001_initial"), ("disputes", "0002_net"), ("mediation", "0004_net_agreement")]
    operations = [
        rls.protect("court_confirmation", CONFIRMATION),
        rls.protect("court_joined", rls.through("court_confirmation", "confirmation_id")),
        rls.protect("court_served", rls.through("court_confirmation", "confirmation_id")),
    ]
