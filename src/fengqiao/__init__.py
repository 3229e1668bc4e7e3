"""Fengqiao 枫桥: prevent and resolve disputes in a district, one matter, one number, from call to acceptance."""

__version__ = "0.1.0"
