-- Statements of one account, and what was reversed. Block ranges find the rows since a moment or a transaction:
-- rows lie in the order they were written, so an index of a few pages is enough.
-- The two busy accounts, CLEARING_IN (1) and EARNED (6), have no statement worth an entry for every use of a card:
-- they are read by days and in tails.
CREATE INDEX transfer_by_debit ON ledger.transfer (issuer_id, debit, id) WHERE debit NOT IN (1, 6);
CREATE INDEX transfer_by_credit ON ledger.transfer (issuer_id, credit, id) WHERE credit NOT IN (1, 6);
CREATE INDEX transfer_by_original ON ledger.transfer (issuer_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX transfer_written ON ledger.transfer USING brin (xid, posted_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX hold_by_expiry ON ledger.hold (expires_at);
