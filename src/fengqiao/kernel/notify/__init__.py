"""Notices 通知: in the app always; by e-mail, SMS and work chat where there is an address. Never a personal detail.

Words: `templates.register`. Telling: `sending.notify(Recipient(...), "intake.answered", {...}, subject=number, …)`.
"""
