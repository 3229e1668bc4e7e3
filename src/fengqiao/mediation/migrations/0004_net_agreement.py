from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls
from fengqiao.mediation.net_agreement import AGREEMENT, DOCUMENT, under

UNDER_AGREEMENT = ("term", "duty", "signoff", "followup", "signature", "signingcode")


class Migration(migrations.Migration):
    """The net under agreements: the mediation side, then the house that seals, then the judge who confirms."""

    dependencies = [("mediation", "0003_agreement"), ("disputes", "0002_net")]
    operations = [
        rls.protect("mediation_agreement", AGREEMENT),
        *(rls.protect(f"mediation_{name}", under("mediation_agreement", "agreement_id")) for name in UNDER_AGREEMENT),
        rls.protect("mediation_performance", under("mediation_duty", "duty_id")),
        rls.protect("mediation_proceeding", net.secret_side()),
        rls.protect("mediation_confirmed", net.secret_side()),
        rls.protect("mediation_document", DOCUMENT),
        rls.protect("mediation_edition", under("mediation_document", "document_id")),
    ]
