"""What a password must be: long enough and not one that everybody uses. No other puzzles."""

from __future__ import annotations

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("This password is too short: it needs at least %(count)d characters.") % {"count": self.min_length}

    def get_help_text(self) -> str:
        return self.get_error_message()


class NotEverybodys(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Very many people use this password, so it is easily guessed.")

    def get_help_text(self) -> str:
        return self.get_error_message()
