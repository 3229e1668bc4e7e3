from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

UNDER_MEDIATION = ("candidate", "choice", "assignment", "disclosure", "handover")
MEDIATION = rls.in_place(unit=["unit_id", "court_id"], also=[f"dispute_id IN ({net.OWN_SEATS})"])
JUDGE = f"judge_id = {rls.setting('user', 'bigint')}"
OWN_USER = f"user_id = {rls.setting('user', 'bigint')}"
OWN_SLOT = f"slot_id IN (SELECT id FROM mediation_slot WHERE {OWN_USER})"


def under_mediation(column: str = "mediation_id") -> str:
    return rls.through("mediation_mediation", column)


class Migration(migrations.Migration):
    """The net under mediation. Notes and questions lie in the mediation compartment; the registry is public."""

    dependencies = [("mediation", "0001_initial"), ("disputes", "0002_net")]
    operations = [
        rls.protect("mediation_mediation", MEDIATION),
        *(rls.protect(f"mediation_{name}", under_mediation()) for name in UNDER_MEDIATION),
        rls.protect("mediation_challenge", f"{rls.holds('case')} AND ({under_mediation()})"),
        rls.protect("mediation_note", net.secret_of_mediator()),
        rls.protect("mediation_question", f"({net.secret_side()}) OR {JUDGE}"),
        rls.protect("mediation_booking", rls.in_place(person="person_id", also=[OWN_USER, OWN_SLOT])),
        rls.protect("mediation_inquiry", rls.in_place(person="person_id", also=["is_published"])),
        rls.protect("mediation_trip", rls.in_place(unit=["organisation_id"], also=[OWN_USER])),
        rls.protect("mediation_visit", rls.in_place(also=[f"dispute_id IN ({net.OWN_SEATS})"])),
    ]
