"""Kernel: errors, states, events, time limits, rules as data, notices, numbers. Knows no other context."""
