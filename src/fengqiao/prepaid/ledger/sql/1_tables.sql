-- The prepaid ledger: tables and what must never be false.
--
-- Amounts are whole fen. One sign convention: balance = credits - debits, so every issuer's balances add up to zero.
-- An issuer's own accounts carry the number of their kind (1 to 11); cards have numbers from 1000 up.
-- "Kept" accounts (cards, refunds due, dormant cards, custody, margin) have a limit and a balance that is always exact.
-- The others are append-only: posting never touches their row, which holds the balance as of the last roll-up.

CREATE SCHEMA ledger;

CREATE TABLE ledger.setting (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  rolled_up_to bigint NOT NULL DEFAULT 0,           -- balances of append-only accounts hold all xid below this
  -- Nothing is posted with a moment before this, even if the clock is set back.
  closed_until timestamptz NOT NULL DEFAULT '-infinity',
  clock_may_be_set boolean NOT NULL DEFAULT false   -- demonstration and tests only; the owner's to change
);
INSERT INTO ledger.setting DEFAULT VALUES;

CREATE TABLE ledger.issuer (
  id bigint PRIMARY KEY,
  region text NOT NULL,
  currency text NOT NULL DEFAULT 'CNY' CHECK (currency = 'CNY'),
  opened_at timestamptz NOT NULL,
  actor text NOT NULL
);

-- Which accounts have a limit, and on which side: 1 may not fall below zero, -1 may not rise above it, 0 has none.
CREATE FUNCTION ledger.side(account bigint) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN account >= 1000 THEN 1 WHEN account IN (7, 8) THEN 1 WHEN account IN (3, 4) THEN -1 ELSE 0 END::smallint
$$;

CREATE TABLE ledger.account (
  issuer_id bigint NOT NULL,
  id bigint NOT NULL,
  side smallint NOT NULL GENERATED ALWAYS AS (ledger.side(id)) STORED,
  state smallint NOT NULL DEFAULT 0,   -- 0 open, 1 frozen (nothing goes out), 2 closed
  balance bigint NOT NULL DEFAULT 0,
  held bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (issuer_id, id),
  -- One constraint, because each costs at every change: within the limit what was held included, closed only when empty.
  CONSTRAINT account_whole CHECK (
    held >= 0 AND state BETWEEN 0 AND 2
    AND CASE WHEN side = 0 THEN held = 0 AND state = 0
             WHEN state = 2 THEN balance = 0 AND held = 0
             ELSE side * balance - held >= 0 END)
) WITH (fillfactor = 70);

-- Which movement may carry which code; 1000 stands for any card. The mirror of any of them is a reversal (code 0),
-- which its function checks. From this table the constraint below is made: a row of transfer can say nothing else.
CREATE TABLE ledger.flow (
  code smallint NOT NULL,
  name text NOT NULL,
  debit smallint NOT NULL,
  credit smallint NOT NULL,
  PRIMARY KEY (code, debit, credit)
);
INSERT INTO ledger.flow VALUES
  (1, 'top_up', 1, 1000),           -- CLEARING_IN -> CARD
  (2, 'banked', 3, 1),              -- the bank's file: CUSTODY_FREE <- CLEARING_IN
  (3, 'freeze', 4, 3),              -- CUSTODY_FREE -> MARGIN
  (4, 'unfreeze', 3, 4),            -- MARGIN -> CUSTODY_FREE
  (5, 'consume', 1000, 6),          -- CARD -> EARNED
  (6, 'release', 5, 3),             -- CUSTODY_FREE -> RELEASED
  (7, 'refund', 1000, 7),           -- CARD -> REFUND_DUE
  (8, 'order_refund', 7, 2),        -- REFUND_DUE -> CLEARING_OUT
  (9, 'refund_paid', 2, 3),         -- the bank paid, from custody
  (9, 'refund_paid', 2, 4),         -- or from the margin
  (10, 'expire', 1000, 8),          -- CARD -> DORMANT
  (11, 'revive', 8, 1000),          -- DORMANT -> CARD
  (12, 'insurer_pays_in', 3, 9),    -- the insurer pays into custody
  (13, 'insurer_pays_holder', 7, 9),
  (14, 'set_off', 6, 5),            -- earned, set off against what was released before
  (15, 'settle', 6, 3),             -- earned, paid out of custody
  (16, 'card_to_card', 1000, 1000), -- transfer to another holder, replacement of a lost card
  (17, 'take_over', 5, 1000);       -- a card of before; the shop has had its money
INSERT INTO ledger.flow             -- into SUSPENSE and out of it
  SELECT 18, 'suspend', k, 10 FROM unnest(ARRAY[1, 2, 3, 7, 1000]) k
  UNION ALL SELECT 18, 'suspend', 10, k FROM unnest(ARRAY[1, 2, 3, 7, 1000]) k;
INSERT INTO ledger.flow             -- by two persons, and back
  SELECT 19, 'write_off', k, 11 FROM unnest(ARRAY[1, 2, 5, 9, 10]) k
  UNION ALL SELECT 19, 'write_off', 11, k FROM unnest(ARRAY[1, 2, 5, 9, 10]) k;

-- One number for a movement, so that knowing it is one look into a short list.
CREATE FUNCTION ledger.flow_number(code smallint, debit bigint, credit bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (code * 1001 + least(debit, 1000)) * 1001 + least(credit, 1000)
$$;
DO $$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION ledger.flow_allowed(code smallint, debit bigint, credit bigint) RETURNS boolean'
    ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT (code * 1001 + least(debit, 1000)) * 1001 + least(credit, 1000) = ANY (%L::bigint[])',
           (SELECT array_agg(ledger.flow_number(f.code, f.debit, f.credit)) FROM ledger.flow f)));
END $$;

CREATE FUNCTION ledger.is_uuid7(id uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT get_byte(uuid_send(id), 6) BETWEEN 112 AND 127
$$;

-- The id is chosen by whoever asks. Its time decides the month, so one unique index is idempotency key, partition key
-- and order of the statement. xid is the transaction that wrote the row: what a snapshot has not seen has a higher one.
CREATE TABLE ledger.transfer (
  issuer_id bigint NOT NULL,
  id uuid NOT NULL,
  debit bigint NOT NULL,
  credit bigint NOT NULL,
  amount bigint NOT NULL,
  posted_at timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  xid bigint NOT NULL,
  request_hash uuid NOT NULL,          -- first 16 bytes of SHA-256 over what was asked
  code smallint NOT NULL,
  actor text NOT NULL,
  evidence_id bigint,
  reverses_id uuid,
  hold_id uuid,
  approved_by text,
  PRIMARY KEY (issuer_id, id),
  CONSTRAINT transfer_whole CHECK (
    amount > 0 AND amount <= 1000000000000 AND debit <> credit AND actor <> ''
    AND get_byte(uuid_send(id), 6) BETWEEN 112 AND 127             -- UUID version 7
    AND (code = 0) = (reverses_id IS NOT NULL)
    AND (code <> 19 OR coalesce(approved_by <> actor, false)))     -- two persons
) PARTITION BY RANGE (id);
DO $$
BEGIN
  EXECUTE format(
    'ALTER TABLE ledger.transfer ADD CONSTRAINT transfer_flow CHECK (code = 0 OR'
    ' (code * 1001 + least(debit, 1000)) * 1001 + least(credit, 1000) = ANY (%L::bigint[]))',
    (SELECT array_agg(ledger.flow_number(f.code, f.debit, f.credit)) FROM ledger.flow f));
END $$;

-- Money set aside until somebody decides: it leaves the available amount, not the balance.
CREATE TABLE ledger.hold (
  issuer_id bigint NOT NULL,
  id uuid NOT NULL CHECK (ledger.is_uuid7(id)),
  debit bigint NOT NULL,
  credit bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0 AND amount <= 1000000000000),
  code smallint NOT NULL,
  placed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > placed_at),
  request_hash uuid NOT NULL,
  actor text NOT NULL CHECK (actor <> ''),
  PRIMARY KEY (issuer_id, id),
  CONSTRAINT hold_flow CHECK (code NOT IN (0, 19) AND ledger.flow_allowed(code, debit, credit) AND debit <> credit)
);

-- Its key is why a hold ends at most once.
CREATE TABLE ledger.hold_end (
  issuer_id bigint NOT NULL,
  hold_id uuid NOT NULL,
  how smallint NOT NULL CHECK (how IN (1, 2, 3)),                  -- posted, voided, expired
  transfer_id uuid,
  at timestamptz NOT NULL,
  actor text NOT NULL CHECK (actor <> ''),
  PRIMARY KEY (issuer_id, hold_id),
  FOREIGN KEY (issuer_id, hold_id) REFERENCES ledger.hold (issuer_id, id),
  CHECK ((how = 1) = (transfer_id IS NOT NULL))
);

-- The balance of an account at the end of each day on which it moved.
CREATE TABLE ledger.daily_balance (
  issuer_id bigint NOT NULL,
  account_id bigint NOT NULL,
  day date NOT NULL,
  balance bigint NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (issuer_id, account_id, day)
);

CREATE TABLE ledger.closed_day (
  day date PRIMARY KEY,
  cut_at timestamptz NOT NULL,
  written_at timestamptz,
  transfers bigint
);

CREATE TABLE ledger.period (
  issuer_id bigint NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  state smallint NOT NULL CHECK (state IN (1, 2)),                 -- closing, closed
  began_at timestamptz NOT NULL,
  began_by text NOT NULL CHECK (began_by <> ''),
  closed_at timestamptz,
  closed_by text,
  accounts bigint,
  trial_balance_hash bytea,
  PRIMARY KEY (issuer_id, month),
  CHECK ((state = 2) = (closed_at IS NOT NULL AND closed_by IS NOT NULL AND trial_balance_hash IS NOT NULL))
);
