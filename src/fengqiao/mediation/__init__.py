"""Mediation 调解: organisations 调解组织 and mediators 调解员, delegation 委派/委托, layers 分层调解, judge on call.

One dispute may see several mediations, one after another; each ends on one of eight grounds. Whoever decides the
matter, or confirms its agreement, sees stage, dates, signed undisputed facts and the agreement, and nothing else.
"""
