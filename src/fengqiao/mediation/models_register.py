"""The dated lines of the public register, teams with their matters, and templates with their versions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fengqiao.mediation.rules import Field, Team
from fengqiao.mediation.rules_register import Change, TeamPart, TemplateKind
from fengqiao.people.models import Organisation, User


class RegisterLine(models.Model):
    """One change of the public register: when, what, which fields of the entry. Public with its day, without a name
    other than the mediator's own."""

    body = models.ForeignKey("mediation.Body", models.CASCADE, related_name="lines")
    mediator = models.ForeignKey("mediation.Mediator", models.CASCADE, null=True, related_name="lines")
    at = models.DateTimeField()
    change = models.CharField(max_length=10, choices=Change.choices)
    fields = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["body", "-id"], name="registerline_body")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.change}"


class CaseTeam(models.Model):
    """A team for disputes of one kind 速裁团队: mediators, judge assistants and judges of one court."""

    name = models.CharField(max_length=60)
    team = models.CharField(max_length=10, choices=Team.choices)
    court = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="caseteam_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamSeat(models.Model):
    """One member of a team in one part, from day to day."""

    team = models.ForeignKey(CaseTeam, models.CASCADE, related_name="seats")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=TeamPart.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user", "part"], condition=Q(ends_on__isnull=True), name="one_live_seat_in_a_team"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id}"


class TeamMatter(models.Model):
    """A matter was given to a team. It names who takes the next layer first; it opens no door by itself."""

    team = models.ForeignKey(CaseTeam, models.PROTECT, related_name="matters")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="teams")
    given_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at__isnull=True), name="one_live_team_of_a_dispute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.dispute_id}"


class Template(models.Model):
    """Words an organisation uses again: a term, the facts of a record, a question, for one field or a cause of action.

    Holds no matter's words: whoever keeps it is warned, and numbers that name somebody are refused.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=TemplateKind.choices)
    field = models.CharField(max_length=20, choices=Field.choices, blank=True)
    cause = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("kind", "title", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "title"],
                condition=Q(ended_at__isnull=True),
                name="one_live_template_a_title",
            )
        ]

    def __str__(self) -> str:
        return self.title


class TemplateVersion(models.Model):
    """The words of one version. Never changed: a new wording is a new version."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    why = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=60)

    class Meta:
        ordering = ("-version",)
        constraints = [
            models.UniqueConstraint(fields=["template", "version"], name="one_text_a_template_version"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}/{self.version}"
