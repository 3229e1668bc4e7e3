"""Intake 诉求受理: contacts 诉求 from every channel, understood, dispatched 派单, on the clock, answered, accepted 验收."""
