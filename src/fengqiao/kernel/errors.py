"""How we say no: `Refused` (not now, 409) and `Forbidden` (not you, 403). Malformed input belongs to forms."""

from __future__ import annotations

from django.utils.functional import Promise

Text = str | Promise


class Refused(Exception):
    """The rules say no, for now. An ordinary answer, shown on the page and returned by the API.

    `code` is stable and for machines ("contact.open_children"); `message` is one kind sentence for people,
    `law` the article it rests on, `next_step` the one thing the reader can do instead.
    """

    code = "refused"
    status = 409

    def __init__(self, code: str, message: Text, *, law: Text = "", next_step: Text = "") -> None:
        super().__init__(code)
        self.code, self.message, self.law, self.next_step = code, message, law, next_step


class Forbidden(Exception):
    """The thing is visible to the actor, but this act is not theirs. Leaves an audit row."""

    status = 403

    def __init__(self, verb: str, message: Text = "", *, code: str = "forbidden", law: Text = "") -> None:
        super().__init__(verb)
        self.verb, self.message, self.code, self.law = verb, message, code, law
