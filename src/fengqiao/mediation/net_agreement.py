"""SQL of the net under agreements and issued papers, for migrations."""

from __future__ import annotations

from fengqiao.disputes import net
from fengqiao.kernel import rls

_UNIT = f"unit_id = {rls.setting('unit', 'bigint')}"
_DECIDES = (
    "dispute_id IN (SELECT dispute_id FROM disputes_seat WHERE left_at IS NULL AND role = 'decider'"
    f" AND user_id = {rls.setting('user', 'bigint')})"
)

AGREEMENT = (
    f"({net.secret_side()}) OR (status <> 'draft' AND {_UNIT})"
    f" OR (status IN ('effective', 'performed') AND {_DECIDES})"
)
DOCUMENT = (
    f"(wall = 'open' AND ({net.seen()})) OR (wall = 'case' AND {net.case_side()})"
    f" OR (wall IN ('mediation', 'agreement') AND {net.secret_side()})"
    f" OR (wall = 'agreement' AND is_final AND ({_UNIT} OR {_DECIDES}))"
)


def under(parent: str, column: str) -> str:
    """A row is visible with the row it hangs on, and no rank opens it otherwise."""
    return f"EXISTS (SELECT 1 FROM {parent} AS above WHERE above.id = {column})"  # noqa: S608 (our own names)
