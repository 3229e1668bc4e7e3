"""Fengqiao 枫桥: prevent and resolve disputes in a district, one matter and one number first call to last instalment."""

__version__ = "0.1.0"
