"""State tables: which stage may follow which. One table per thing, readable aloud."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Generic, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.errors import Refused

S = TypeVar("S", bound=TextChoices)


class Machine(Generic[S]):
    """A table of allowed moves. A stage that is a target but has no row of its own fails at import."""

    def __init__(self, name: str, moves: Mapping[S, Set[S]]) -> None:
        for stage, targets in moves.items():
            missing = targets - moves.keys()
            assert not missing, f"{name}: {stage} leads to {missing}, which has no row"
        self.name = name
        self.moves: dict[S, frozenset[S]] = {stage: frozenset(targets) for stage, targets in moves.items()}

    def allows(self, now: S, then: S) -> bool:
        return then in self.moves[now]

    def check(self, now: S, then: S) -> None:
        """Refuses: a move the table does not hold."""
        if not self.allows(now, then):
            raise Refused(
                f"{self.name}.stage",
                _("This cannot be done while the matter is “%(now)s”.") % {"now": now.label},
            )

    @property
    def ends(self) -> frozenset[S]:
        """Stages nothing follows."""
        return frozenset(stage for stage, targets in self.moves.items() if not targets)
