"""The law the tests calculate with: rules and days off from the product's files, on one fixed day."""

import datetime as dt

from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.catalogue import CALCULATORS

TODAY = dt.date(2026, 7, 17)
LAW = sources.shipped(TODAY)


def result(name, /, **data):
    """From JSON to plain values, as the command does."""
    return CALCULATORS[name].calculate(data, LAW).plain


def answer(name, /, **data):
    return CALCULATORS[name].calculate(data, LAW)
