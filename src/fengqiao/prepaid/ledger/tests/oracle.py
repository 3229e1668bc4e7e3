"""The same ledger as a few dictionaries, slow and plain, for one issuer: what the real one is compared with."""

from __future__ import annotations

from collections import Counter

from fengqiao.prepaid.ledger.rules import Flow, Kind, Outcome, State, side


class Oracle:
    def __init__(self, cards) -> None:
        self.accounts = {*range(1, 12), *cards}
        self.balance, self.held, self.state = Counter(), Counter(), {}
        self.done, self.left, self.holds = {}, {}, {}

    def refusal(self, account, outgoing):
        state = self.state.get(account, State.OPEN)
        if account not in self.accounts:
            return Outcome.NO_ACCOUNT
        if state is State.CLOSED:
            return Outcome.CLOSED
        if outgoing and state is State.FROZEN:
            return Outcome.FROZEN
        if outgoing and side(account) and side(account) * self.balance[account] - self.held[account] < outgoing:
            return Outcome.INSUFFICIENT
        return Outcome.POSTED

    def move(self, debit, credit, fen):
        for account, gives in ((debit, side(debit) == 1), (credit, side(credit) == -1)):
            if side(account) and (no := self.refusal(account, fen if gives else 0)):
                return no
        self.balance[debit] -= fen
        self.balance[credit] += fen
        return Outcome.POSTED

    def once(self, key, content, act):
        """The same id and content: the same answer. Refused requests leave no trace."""
        if key in self.done:
            return Outcome.POSTED if self.done[key] == content else Outcome.CONFLICT
        if (outcome := act()) is Outcome.POSTED:
            self.done[key] = content
        return outcome

    def post(self, asked):
        def act():
            outcome = self.move(asked.debit, asked.credit, asked.amount_fen)
            if outcome is Outcome.POSTED:
                self.left[asked.id] = (asked.debit, asked.credit, asked.amount_fen)
            return outcome

        return self.once(asked.id, asked.request_hash, act)

    def reverse(self, key, original, fen):
        def act():
            if original not in self.left:
                return Outcome.UNKNOWN if original in self.done else Outcome.NOT_THERE
            credit, debit, left = self.left[original]
            if fen > left:
                return Outcome.MORE_THAN_ORIGINAL
            stuck = {Outcome.CLOSED, Outcome.INSUFFICIENT}
            debit = Kind.SUSPENSE if side(debit) and self.refusal(debit, fen * (side(debit) == 1)) in stuck else debit
            credit = (
                Kind.SUSPENSE if side(credit) and self.refusal(credit, fen * (side(credit) == -1)) in stuck else credit
            )
            outcome = Outcome.INSUFFICIENT if debit == credit else self.move(debit, credit, fen)
            if outcome is Outcome.POSTED:
                self.left[original] = (*self.left[original][:2], left - fen)
            return outcome

        return self.once(key, (original, fen), act)

    def hold(self, key, debit, credit, fen):
        def act():
            if no := self.refusal(debit, fen):
                return no
            self.held[debit] += fen
            self.holds[key] = (debit, credit, fen)
            return Outcome.POSTED

        return self.once(("hold", key), (debit, credit, fen), act)

    def settle(self, key, held, fen):
        def act():
            if held not in self.holds:
                return Outcome.HOLD_ENDED if ("hold", held) in self.done else Outcome.NOT_THERE
            debit, credit, most = self.holds[held]
            if fen > most:
                return Outcome.MORE_THAN_ORIGINAL
            self.held[debit] -= most
            if no := self.move(debit, credit, fen):
                self.held[debit] += most
                return no
            del self.holds[held]
            self.left[key] = (debit, credit, fen)
            return Outcome.POSTED

        return self.once(key, (held, fen), act)

    def void(self, held):
        if ("void", held) in self.done:
            return Outcome.POSTED
        if held not in self.holds:
            return Outcome.HOLD_ENDED if ("hold", held) in self.done else Outcome.NOT_THERE
        debit, _credit, fen = self.holds.pop(held)
        self.held[debit] -= fen
        self.done["void", held] = True
        return Outcome.POSTED

    def set_state(self, account, state):
        now = self.state.get(account, State.OPEN)
        if now is state:
            return Outcome.POSTED
        if now is State.CLOSED:
            return Outcome.CLOSED
        if state is State.CLOSED and (self.balance[account] or self.held[account]):
            return Outcome.INSUFFICIENT
        self.state[account] = state
        return Outcome.POSTED


FLOWS = {
    Flow.TOP_UP: (Kind.CLEARING_IN, Kind.CARD), Flow.CONSUME: (Kind.CARD, Kind.EARNED),
    Flow.REFUND: (Kind.CARD, Kind.REFUND_DUE), Flow.CARD_TO_CARD: (Kind.CARD, Kind.CARD),
    Flow.BANKED: (Kind.CUSTODY_FREE, Kind.CLEARING_IN), Flow.FREEZE: (Kind.MARGIN, Kind.CUSTODY_FREE),
    Flow.UNFREEZE: (Kind.CUSTODY_FREE, Kind.MARGIN), Flow.RELEASE: (Kind.RELEASED, Kind.CUSTODY_FREE),
    Flow.ORDER_REFUND: (Kind.REFUND_DUE, Kind.CLEARING_OUT), Flow.EXPIRE: (Kind.CARD, Kind.DORMANT),
    Flow.REVIVE: (Kind.DORMANT, Kind.CARD), Flow.SET_OFF: (Kind.EARNED, Kind.RELEASED),
}  # fmt: skip
