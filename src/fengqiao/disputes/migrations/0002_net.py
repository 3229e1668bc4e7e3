from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

LINE = (
    f"({net.seen()}) AND (compartment = 'open'"
    f" OR (compartment = 'case' AND {net.case_side()})"
    f" OR (compartment = 'mediation' AND {net.secret_side()})"
    f" OR (compartment = 'safety' AND {rls.holds('safety')}))"
)
PROOF = f"({net.case_side()}) AND (only_side = '' OR ({net.secret_of_side(side='only_side')}))"
SHEET = f"({net.seen()}) AND (signed_at IS NOT NULL OR ({net.secret_side()}))"


class Migration(migrations.Migration):
    """The net under disputes: who sees one, and which of its rows lie behind a wall."""

    dependencies = [("disputes", "0001_initial")]
    operations = [
        rls.protect("disputes_dispute", net.DISPUTE),
        rls.protect("disputes_seat", net.SEAT),
        *(rls.protect(f"disputes_{name}", net.seen()) for name in ("party", "link")),
        *(rls.protect(f"disputes_{name}", net.case_side()) for name in ("disputeaccount", "claim")),
        rls.protect("disputes_proof", PROOF),
        rls.protect("disputes_interrupt", net.safety()),
        *(rls.protect(f"disputes_{name}", net.through_party()) for name in ("agent", "consent", "refusal")),
        rls.protect("disputes_relative", f"{rls.holds('case')} AND ({net.through_party()})"),
        rls.protect("disputes_line", LINE),
        rls.protect("disputes_factsheet", SHEET),
        rls.protect("disputes_factsignature", rls.through("disputes_factsheet", "sheet_id")),
    ]
