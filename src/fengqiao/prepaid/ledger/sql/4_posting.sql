-- Posting. Functions with a leading underscore are parts; the others are the door.
--
-- Locks: issuers are spread over 64 shards, each an advisory lock. A batch takes the locks of its shards alone, in
-- ascending order; a single posting shares its shard's lock and then changes account rows in ascending order. So neither
-- can wait for the other in a circle, shards run in parallel, and whoever holds a shard alone knows that nothing in it is
-- half done.
--
-- Outcomes: 0 posted, 1 conflict (the id was used for something else), 2 id from another time, 3 no such account,
-- 4 account closed, 5 account frozen, 6 not enough, 7 not a movement we know, 8 more than the original,
-- 9 the hold has ended, 10 no such original or hold.

-- The lowest UUIDv7 of an instant.
CREATE FUNCTION ledger.uuid7_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- Server time. A clock that stands still exists for the demonstration and tests, where the owner allowed it.
CREATE FUNCTION ledger._clock() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_set text := current_setting('ledger.clock', true);
BEGIN
  IF v_set <> '' AND (SELECT clock_may_be_set FROM ledger.setting) THEN
    RETURN v_set::timestamptz;
  END IF;
  RETURN clock_timestamp();
END $$;

-- Opens the door for this transaction. Money is posted durably whatever the connection says, and only where each
-- statement sees what was committed before it. (An assignment costs a tenth of a PERFORM.)
CREATE FUNCTION ledger._open() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_done text := set_config('ledger.door', 'on', true);
BEGIN
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    v_done := set_config('synchronous_commit', 'on', true);
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger posts under READ COMMITTED' USING ERRCODE = 'feature_not_supported';
  END IF;
END $$;

-- Take the lock of the issuer's shard, shared or alone. Result: the moment at which one posts.
CREATE FUNCTION ledger._enter(p_issuer bigint, p_alone boolean) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_shard int := p_issuer & 63;
  v_done text := ledger._open();
  v_closed timestamptz;
BEGIN
  IF p_alone THEN
    v_done := pg_advisory_xact_lock(7301, v_shard);
  ELSE
    v_done := pg_advisory_xact_lock_shared(7301, v_shard);
  END IF;
  SELECT closed_until INTO v_closed FROM ledger.setting;
  RETURN greatest(ledger._clock(), v_closed);
END $$;

-- The one account a movement takes from that has a limit, if any. No flow has two.
CREATE FUNCTION ledger._giver(debit bigint, credit bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN ledger.side(debit) = 1 THEN debit WHEN ledger.side(credit) = -1 THEN credit END
$$;

CREATE FUNCTION ledger._is_known(
  id uuid, debit bigint, credit bigint, amount bigint, code smallint, hash uuid, actor text
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(
    amount > 0 AND amount <= 1000000000000 AND debit <> credit AND code NOT IN (0, 19) AND hash IS NOT NULL
    AND actor <> '' AND ledger.flow_allowed(code, debit, credit) AND ledger.is_uuid7(id), false)
$$;

-- New ids carry a time near ours: old ones would land in months that were put away, later ones were made up.
CREATE FUNCTION ledger._is_timely(id uuid, effective timestamptz, at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT id >= ledger.uuid7_floor(at - interval '7 days') AND id < ledger.uuid7_floor(at + interval '5 minutes')
         AND (effective IS NULL OR effective <= at + interval '5 minutes')
$$;

-- Why this account cannot take part; 0 when it can.
CREATE FUNCTION ledger._refusal(p_issuer bigint, p_account bigint, p_outgoing bigint) RETURNS smallint
LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT CASE
      WHEN a.state = 2 THEN 4
      WHEN p_outgoing > 0 AND a.state = 1 THEN 5
      WHEN p_outgoing > 0 AND a.side <> 0 AND a.side * a.balance - a.held < p_outgoing THEN 6
      ELSE 0 END
    FROM ledger.account a WHERE a.issuer_id = p_issuer AND a.id = p_account), 3)::smallint
$$;

-- Change the kept accounts of one movement, or say why not and change nothing.
CREATE FUNCTION ledger._move(p_issuer bigint, p_debit bigint, p_credit bigint, p_amount bigint) RETURNS smallint
LANGUAGE plpgsql AS $$
DECLARE
  v_given_debit bigint := CASE WHEN ledger.side(p_debit) = 1 THEN p_amount ELSE 0 END;
  v_given_credit bigint := CASE WHEN ledger.side(p_credit) = -1 THEN p_amount ELSE 0 END;
  v_refused smallint;
BEGIN
  IF ledger.side(p_credit) = 0 AND ledger.side(p_debit) <> 0 THEN
    UPDATE ledger.account SET balance = balance - p_amount, version = version + 1
     WHERE issuer_id = p_issuer AND id = p_debit AND state <> 2
       AND (v_given_debit = 0 OR (state = 0 AND side * balance - held >= v_given_debit));
    RETURN CASE WHEN FOUND THEN 0 ELSE ledger._refusal(p_issuer, p_debit, v_given_debit) END;
  ELSIF ledger.side(p_debit) = 0 AND ledger.side(p_credit) <> 0 THEN
    UPDATE ledger.account SET balance = balance + p_amount, version = version + 1
     WHERE issuer_id = p_issuer AND id = p_credit AND state <> 2
       AND (v_given_credit = 0 OR (state = 0 AND side * balance - held >= v_given_credit));
    RETURN CASE WHEN FOUND THEN 0 ELSE ledger._refusal(p_issuer, p_credit, v_given_credit) END;
  ELSIF ledger.side(p_debit) = 0 THEN
    RETURN CASE WHEN EXISTS (SELECT FROM ledger.issuer WHERE id = p_issuer) THEN 0 ELSE 3 END;
  END IF;
  PERFORM FROM ledger.account WHERE issuer_id = p_issuer AND id IN (p_debit, p_credit) ORDER BY id FOR NO KEY UPDATE;
  v_refused := ledger._refusal(p_issuer, p_debit, v_given_debit);
  IF v_refused = 0 THEN
    v_refused := ledger._refusal(p_issuer, p_credit, v_given_credit);
  END IF;
  IF v_refused = 0 THEN
    UPDATE ledger.account
       SET balance = balance + CASE WHEN id = p_debit THEN -p_amount ELSE p_amount END, version = version + 1
     WHERE issuer_id = p_issuer AND id IN (p_debit, p_credit);
  END IF;
  RETURN v_refused;
END $$;

-- One movement, its shard's lock held. Only what is refused, or turns out to be there, is looked up. Who shares the
-- lock posts at the moment after the card's row was won, so that a statement is in the order things happened.
CREATE FUNCTION ledger._try(
  p_issuer bigint, p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_code smallint,
  p_effective timestamptz, p_hash uuid, p_actor text, p_evidence bigint, p_at timestamptz, p_alone boolean,
  OUT outcome smallint, OUT posted_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql AS $$
DECLARE
  v_row record;
  v_at timestamptz := p_at;
BEGIN
  replayed := false;
  IF NOT ledger._is_known(p_id, p_debit, p_credit, p_amount, p_code, p_hash, p_actor) THEN
    outcome := 7;
  ELSIF NOT ledger._is_timely(p_id, p_effective, p_at) THEN
    outcome := 2;
  ELSE
    outcome := ledger._move(p_issuer, p_debit, p_credit, p_amount);
    IF outcome = 0 THEN
      IF NOT p_alone THEN
        v_at := greatest(p_at, ledger._clock());
      END IF;
      INSERT INTO ledger.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash,
                                   code, actor, evidence_id)
      VALUES (p_issuer, p_id, p_debit, p_credit, p_amount, v_at, coalesce(p_effective, v_at),
              pg_current_xact_id()::text::bigint, p_hash, p_code, p_actor, p_evidence)
      ON CONFLICT DO NOTHING;
      IF FOUND THEN
        posted_at := v_at;
        RETURN;
      END IF;
      -- It is there already: put back what we moved.
      UPDATE ledger.account
         SET balance = balance - CASE WHEN id = p_debit THEN -p_amount ELSE p_amount END, version = version - 1
       WHERE issuer_id = p_issuer AND id IN (p_debit, p_credit) AND side <> 0;
    END IF;
  END IF;
  SELECT t.posted_at, t.debit, t.credit, t.amount, t.code, t.request_hash INTO v_row
    FROM ledger.transfer t WHERE t.issuer_id = p_issuer AND t.id = p_id;
  IF NOT FOUND THEN
    RETURN;
  ELSIF (v_row.debit, v_row.credit, v_row.amount, v_row.code, v_row.request_hash)
        IS DISTINCT FROM (p_debit, p_credit, p_amount, p_code, p_hash) THEN
    outcome := 1;
    RETURN;
  END IF;
  outcome := 0;
  posted_at := v_row.posted_at;
  replayed := true;
END $$;

-- DOOR. One movement. Asked again with the same id: the same answer, marked as repeated.
CREATE FUNCTION ledger.post_one(
  p_issuer bigint, p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_code smallint,
  p_effective timestamptz, p_hash uuid, p_actor text, p_evidence bigint DEFAULT NULL,
  OUT outcome smallint, OUT posted_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, false);
  v_answer record := ledger._try(
    p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor, p_evidence, v_at,
    false);
BEGIN
  outcome := v_answer.outcome;
  posted_at := v_answer.posted_at;
  replayed := v_answer.replayed;
END $$;

-- Many fresh movements between accounts that can bear all of them in any order; `hard` ones are left out.
-- Result: whether it was so. When not, nothing was changed.
CREATE FUNCTION ledger._apply(
  p_issuer bigint[], p_id uuid[], p_debit bigint[], p_credit bigint[], p_amount bigint[], p_code smallint[],
  p_effective timestamptz[], p_hash uuid[], p_actor text[], p_evidence bigint[], p_hard boolean[], p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_fine boolean;
  v_xid bigint := pg_current_xact_id()::text::bigint;
BEGIN
  WITH item AS MATERIALIZED (
    SELECT i.issuer, i.debit, i.credit, i.amount, ledger.side(i.debit) AS debit_side, ledger.side(i.credit) AS credit_side
    FROM unnest(p_issuer, p_debit, p_credit, p_amount, p_hard) AS i (issuer, debit, credit, amount, hard)
    WHERE i.hard IS NOT TRUE
  ), moved AS MATERIALIZED (
    SELECT m.issuer, m.account, sum(m.delta)::bigint AS delta, sum(m.outgoing)::bigint AS outgoing, count(*) AS n
    FROM (
      SELECT issuer, debit AS account, -amount AS delta, CASE WHEN debit_side = 1 THEN amount ELSE 0 END AS outgoing
      FROM item WHERE debit_side <> 0
      UNION ALL
      SELECT issuer, credit, amount, CASE WHEN credit_side = -1 THEN amount ELSE 0 END FROM item WHERE credit_side <> 0
    ) m
    GROUP BY m.issuer, m.account
  ), short AS MATERIALIZED (
    SELECT FROM moved m LEFT JOIN ledger.account a ON a.issuer_id = m.issuer AND a.id = m.account
    WHERE a.id IS NULL OR a.state = 2
       OR (m.outgoing > 0 AND (a.state = 1 OR a.side * a.balance - a.held < m.outgoing))
    UNION ALL
    SELECT FROM item WHERE debit_side = 0 AND credit_side = 0
  ), changed AS (
    UPDATE ledger.account a SET balance = a.balance + m.delta, version = a.version + m.n
    FROM moved m
    WHERE a.issuer_id = m.issuer AND a.id = m.account AND NOT EXISTS (SELECT FROM short)
  )
  SELECT NOT EXISTS (SELECT FROM short) INTO v_fine;
  IF v_fine THEN
    INSERT INTO ledger.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash, code,
                                 actor, evidence_id)
    SELECT i.issuer, i.id, i.debit, i.credit, i.amount, p_at + i.n * interval '1 microsecond',
           coalesce(i.effective, p_at + i.n * interval '1 microsecond'), v_xid, i.hash, i.code, i.actor, i.evidence
    FROM unnest(p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor, p_evidence, p_hard)
         WITH ORDINALITY AS i (issuer, id, debit, credit, amount, code, effective, hash, actor, evidence, hard, n)
    WHERE i.hard IS NOT TRUE;
  END IF;
  RETURN v_fine;
END $$;

-- Which movements of a batch need to be looked at one by one, in their order: unknown, untimely, seen before, twice in
-- the batch, or touching an account that could not bear all of the batch. All others can be posted in any order: what
-- their accounts give was counted in full, what they receive was not counted at all.
CREATE FUNCTION ledger._hard(
  p_issuer bigint[], p_id uuid[], p_debit bigint[], p_credit bigint[], p_amount bigint[], p_code smallint[],
  p_effective timestamptz[], p_hash uuid[], p_actor text[], p_at timestamptz
) RETURNS boolean[] LANGUAGE sql STABLE AS $$
  WITH item AS MATERIALIZED (
    SELECT i.*, ledger.side(i.debit) AS debit_side, ledger.side(i.credit) AS credit_side,
           count(*) OVER (PARTITION BY i.issuer, i.id) > 1 AS is_twin
    FROM unnest(p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor)
         WITH ORDINALITY AS i (issuer, id, debit, credit, amount, code, effective, hash, actor, n)
  ), short AS MATERIALIZED (
    SELECT m.issuer, m.account
    FROM (
      SELECT s.issuer, s.account, sum(s.outgoing)::numeric AS outgoing
      FROM (
        SELECT issuer, debit AS account, CASE WHEN debit_side = 1 THEN greatest(amount, 0) ELSE 0 END AS outgoing FROM item
        UNION ALL
        SELECT issuer, credit, CASE WHEN credit_side = -1 THEN greatest(amount, 0) ELSE 0 END FROM item
      ) s
      GROUP BY s.issuer, s.account
    ) m
    LEFT JOIN ledger.account a ON a.issuer_id = m.issuer AND a.id = m.account
    WHERE a.id IS NULL OR a.state = 2
       OR (m.outgoing > 0 AND (a.state = 1 OR a.side * a.balance - a.held < m.outgoing))
  )
  SELECT array_agg(
    coalesce(
      i.is_twin OR (i.debit_side = 0 AND i.credit_side = 0)
      OR NOT ledger._is_known(i.id, i.debit, i.credit, i.amount, i.code, i.hash, i.actor)
      OR NOT ledger._is_timely(i.id, i.effective, p_at)
      OR EXISTS (SELECT FROM ledger.transfer t WHERE t.issuer_id = i.issuer AND t.id = i.id)
      OR (i.issuer, i.debit) IN (SELECT s.issuer, s.account FROM short s)
      OR (i.issuer, i.credit) IN (SELECT s.issuer, s.account FROM short s), true)
    ORDER BY i.n)
  FROM item i
$$;

-- DOOR. Many movements, answered as if posted one by one in their order; the n-th counts as posted n microseconds
-- after `base`. `outcomes` is null when all are new and posted; `earlier` holds the moment of those asked before.
CREATE FUNCTION ledger.post_batch(
  p_issuer bigint[], p_id uuid[], p_debit bigint[], p_credit bigint[], p_amount bigint[], p_code smallint[],
  p_effective timestamptz[], p_hash uuid[], p_actor text[], p_evidence bigint[] DEFAULT NULL,
  OUT base timestamptz, OUT outcomes smallint[], OUT earlier timestamptz[]
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_hard boolean[];
  v_one record;
  v_n int := cardinality(p_id);
  v_from uuid;
  v_until uuid;
BEGIN
  PERFORM ledger._open();
  IF (cardinality(p_issuer), cardinality(p_debit), cardinality(p_credit), cardinality(p_amount), cardinality(p_code),
      cardinality(p_effective), cardinality(p_hash), cardinality(p_actor), coalesce(cardinality(p_evidence), v_n))
     IS DISTINCT FROM (v_n, v_n, v_n, v_n, v_n, v_n, v_n, v_n, v_n) THEN
    RAISE EXCEPTION 'columns of different length' USING ERRCODE = 'array_subscript_error';
  END IF;
  PERFORM pg_advisory_xact_lock(7301, s.shard)
    FROM (SELECT DISTINCT (x & 63)::int AS shard FROM unnest(p_issuer) x ORDER BY 1) s;
  SELECT greatest(ledger._clock(), closed_until) INTO base FROM ledger.setting;
  v_from := ledger.uuid7_floor(base - interval '7 days');
  v_until := ledger.uuid7_floor(base + interval '5 minutes');
  IF NOT EXISTS (SELECT FROM unnest(p_id) x WHERE x < v_from OR x >= v_until)
     AND NOT EXISTS (SELECT FROM unnest(p_effective) x WHERE x > base + interval '5 minutes') THEN
    BEGIN
      IF ledger._apply(p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor, p_evidence,
                       NULL, base) THEN
        RETURN;
      END IF;
    EXCEPTION WHEN unique_violation OR check_violation OR not_null_violation OR numeric_value_out_of_range THEN
      NULL;  -- something was asked before or is unknown: looked at below
    END;
  END IF;
  v_hard := ledger._hard(p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor, base);
  IF NOT ledger._apply(p_issuer, p_id, p_debit, p_credit, p_amount, p_code, p_effective, p_hash, p_actor, p_evidence,
                       v_hard, base) THEN
    RAISE EXCEPTION 'the easy part of a batch was not easy' USING ERRCODE = 'assert_failure';
  END IF;
  outcomes := array_fill(0::smallint, ARRAY[v_n]);
  earlier := array_fill(NULL::timestamptz, ARRAY[v_n]);
  FOR v_n IN SELECT h.n FROM unnest(v_hard) WITH ORDINALITY AS h (is_hard, n) WHERE h.is_hard ORDER BY h.n LOOP
    SELECT t.* INTO v_one
      FROM ledger._try(p_issuer[v_n], p_id[v_n], p_debit[v_n], p_credit[v_n], p_amount[v_n], p_code[v_n],
                       p_effective[v_n], p_hash[v_n], p_actor[v_n], p_evidence[v_n],
                       base + v_n * interval '1 microsecond', true) t;
    outcomes[v_n] := v_one.outcome;
    IF v_one.replayed THEN
      earlier[v_n] := v_one.posted_at;
    END IF;
  END LOOP;
END $$;

-- DOOR. Take back a movement or a part of it, never more than was left of it. Where the account cannot give it back
-- any more, or was closed, SUSPENSE takes its place for somebody to look at, and nothing turns negative.
CREATE FUNCTION ledger.reverse(
  p_issuer bigint, p_id uuid, p_original uuid, p_amount bigint, p_effective timestamptz, p_hash uuid, p_actor text,
  p_evidence bigint DEFAULT NULL, OUT outcome smallint, OUT posted_at timestamptz, OUT replayed boolean,
  OUT suspended boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, true);
  v_first ledger.transfer;
  v_debit bigint;
  v_credit bigint;
BEGIN
  replayed := false;
  SELECT * INTO v_first FROM ledger.transfer t WHERE t.issuer_id = p_issuer AND t.id = p_id;
  IF FOUND THEN
    replayed := (v_first.reverses_id, v_first.amount, v_first.request_hash)
      IS NOT DISTINCT FROM (p_original, p_amount, p_hash);
    outcome := CASE WHEN replayed THEN 0 ELSE 1 END;
    posted_at := CASE WHEN replayed THEN v_first.posted_at END;
    suspended := CASE WHEN replayed THEN 10 IN (v_first.debit, v_first.credit) END;
    RETURN;
  END IF;
  SELECT * INTO v_first FROM ledger.transfer t WHERE t.issuer_id = p_issuer AND t.id = p_original;
  IF NOT FOUND THEN
    outcome := 10;
  ELSIF v_first.code IN (0, 19) OR NOT coalesce(p_amount > 0 AND ledger.is_uuid7(p_id) AND p_actor <> ''
                                                 AND p_hash IS NOT NULL, false) THEN
    outcome := 7;
  ELSIF NOT ledger._is_timely(p_id, p_effective, v_at) THEN
    outcome := 2;
  ELSIF p_amount + (SELECT coalesce(sum(t.amount), 0) FROM ledger.transfer t
                     WHERE t.issuer_id = p_issuer AND t.reverses_id = p_original) > v_first.amount THEN
    outcome := 8;
  END IF;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  v_debit := v_first.credit;
  v_credit := v_first.debit;
  IF ledger.side(v_debit) <> 0
     AND ledger._refusal(p_issuer, v_debit, CASE WHEN ledger.side(v_debit) = 1 THEN p_amount ELSE 0 END) IN (4, 6) THEN
    v_debit := 10;
  END IF;
  IF ledger.side(v_credit) <> 0
     AND ledger._refusal(p_issuer, v_credit, CASE WHEN ledger.side(v_credit) = -1 THEN p_amount ELSE 0 END) IN (4, 6)
  THEN
    v_credit := 10;
  END IF;
  IF v_debit = v_credit THEN
    outcome := 6;
    RETURN;
  END IF;
  outcome := ledger._move(p_issuer, v_debit, v_credit, p_amount);
  IF outcome = 0 THEN
    INSERT INTO ledger.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash, code,
                                 actor, evidence_id, reverses_id)
    VALUES (p_issuer, p_id, v_debit, v_credit, p_amount, v_at, coalesce(p_effective, v_at),
            pg_current_xact_id()::text::bigint, p_hash, 0, p_actor, p_evidence, p_original);
    posted_at := v_at;
    suspended := (v_debit, v_credit) <> (v_first.credit, v_first.debit);
  END IF;
END $$;

-- DOOR. What nobody will get back, written off by two persons.
CREATE FUNCTION ledger.write_off(
  p_issuer bigint, p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_hash uuid, p_actor text,
  p_approved_by text, p_evidence bigint DEFAULT NULL,
  OUT outcome smallint, OUT posted_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, true);
  v_row ledger.transfer;
BEGIN
  SELECT * INTO v_row FROM ledger.transfer t WHERE t.issuer_id = p_issuer AND t.id = p_id;
  replayed := FOUND;
  IF replayed THEN
    outcome := CASE WHEN (v_row.code, v_row.debit, v_row.credit, v_row.amount, v_row.request_hash)
      IS NOT DISTINCT FROM (19::smallint, p_debit, p_credit, p_amount, p_hash) THEN 0 ELSE 1 END;
    posted_at := CASE WHEN outcome = 0 THEN v_row.posted_at END;
    replayed := outcome = 0;
  ELSIF NOT coalesce(p_amount > 0 AND p_amount <= 1000000000000 AND p_actor <> '' AND p_approved_by <> ''
                     AND p_actor <> p_approved_by AND ledger.flow_allowed(19::smallint, p_debit, p_credit)
                     AND ledger.is_uuid7(p_id) AND p_hash IS NOT NULL, false) THEN
    outcome := 7;
  ELSIF NOT ledger._is_timely(p_id, NULL, v_at) THEN
    outcome := 2;
  ELSE
    outcome := ledger._move(p_issuer, p_debit, p_credit, p_amount);
    IF outcome = 0 THEN
      INSERT INTO ledger.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash,
                                   code, actor, evidence_id, approved_by)
      VALUES (p_issuer, p_id, p_debit, p_credit, p_amount, v_at, v_at, pg_current_xact_id()::text::bigint, p_hash, 19,
              p_actor, p_evidence, p_approved_by);
      posted_at := v_at;
    END IF;
  END IF;
END $$;
