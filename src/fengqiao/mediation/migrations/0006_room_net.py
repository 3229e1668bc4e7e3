from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls

JOINT = (
    "room", "roomentry", "lineack", "roomoffer", "offeranswer", "blindround", "envelope", "roomrecord",
    "recordconfirmation", "roomsignal", "roomrecording", "recordingpiece",
)  # fmt: skip
BY_CHANNEL = (
    f"(channel = 'joint' AND {net.secret_side()}) OR (channel <> 'joint' AND {net.secret_of_side(side='channel')})"
)


class Migration(migrations.Migration):
    """The net under the room: its mediator and its parties, no place and no rank; private talks their side alone."""

    dependencies = [("mediation", "0005_room"), ("disputes", "0002_net")]
    operations = [
        *(rls.protect(f"mediation_{name}", net.secret_side()) for name in JOINT),
        *(rls.protect(f"mediation_{name}", BY_CHANNEL) for name in ("roomline", "roomcard")),
        rls.protect("mediation_understanding", net.secret_of_side(side="side")),
        rls.protect("mediation_roomalert", net.safety()),
    ]
