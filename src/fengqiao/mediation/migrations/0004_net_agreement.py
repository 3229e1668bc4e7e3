from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

_UNIT = f"unit_id = {rls.setting('unit', 'bigint')}"
_DECIDES = (
    "dispute_id IN (SELECT dispute_id FROM disputes_seat WHERE left_at IS NULL AND role = 'decider'"
    f" AND user_id = {rls.setting('user', 'bigint')})"
)

AGREEMENT = (
    f"({net.secret_side()}) OR (status <> 'draft' AND {_UNIT}) OR (status IN ('effective', 'performed') AND {_DECIDES})"
)
DOCUMENT = (
    f"(wall = 'open' AND ({net.seen()})) OR (wall = 'case' AND {net.case_side()})"
    f" OR (wall IN ('mediation', 'agreement') AND {net.secret_side()})"
    f" OR (wall = 'agreement' AND is_final AND ({_UNIT} OR {_DECIDES}))"
)


def under(parent: str, column: str) -> str:
    """A row is visible with the row it hangs on, and no rank opens it otherwise."""
    return f"EXISTS (SELECT 1 FROM {parent} AS above WHERE above.id = {column})"  # noqa: S608 (our own names)


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
