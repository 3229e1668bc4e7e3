"""Intake 诉求受理: contacts 诉求 from every channel, understood, dispatched 派单, timed, answered, accepted 验收."""
