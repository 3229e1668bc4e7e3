"""Tables of weighing: what each side reckons with in court, and the ranges a mediator proposed.

A reckoning is its side's and the mediator's alone, a proposal the mediator's and both sides'. Sums are sealed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fengqiao.disputes.actions import Side
from fengqiao.kernel.crypto import SealedField


class _Range(models.Model):
    """A sealed range of money. Units: fen."""

    low_in_fen = SealedField()
    high_in_fen = SealedField()

    class Meta:
        abstract = True

    @property
    def low_fen(self) -> int:
        return int(self.low_in_fen)

    @property
    def high_fen(self) -> int:
        return int(self.high_in_fen)


class Reckoning(_Range):
    """One way a side works out what a court may award. `calculator` is empty for a sum it named itself.

    Units: fen in `low_in_fen` and `high_in_fen`, paid by the respondent to the applicant. `given`: what went into the
    calculator, as JSON. `by_hand`: the mediator wrote it down for the side.
    """

    mediation = models.ForeignKey("mediation.Mediation", models.CASCADE, related_name="reckonings")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    calculator = models.CharField(max_length=30, blank=True)
    given = SealedField(blank=True, default="")
    note = SealedField(blank=True, default="")
    by_hand = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["mediation", "side"], name="reckoning_side", condition=Q(gone_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=Q(side__in=[Side.APPLICANT, Side.RESPONDENT]), name="reckoning_is_a_sides"
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="reckoning_has_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.side}"


class RangeProposal(_Range):
    """A range the mediator proposes to both sides. One stands at a time; it binds nobody."""

    mediation = models.ForeignKey("mediation.Mediation", models.CASCADE, related_name="range_proposals")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    words = SealedField(blank=True, default="")
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(gone_at__isnull=True), name="one_standing_range_proposal"
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="range_proposal_has_an_actor"),
        ]

    def __str__(self) -> str:
        return str(self.dispute_id)
