-- Accounts, months ahead, roll-up, days, closing.

-- DOOR. An issuer with its own eleven accounts. Again: nothing happens.
CREATE FUNCTION ledger.open_issuer(p_issuer bigint, p_region text, p_actor text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._clock();
BEGIN
  PERFORM ledger._open();
  IF p_issuer IS NULL OR p_issuer <= 0 OR coalesce(p_actor, '') = '' THEN
    RAISE EXCEPTION 'an issuer has a positive number and somebody who opens it' USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO ledger.issuer (id, region, opened_at, actor) VALUES (p_issuer, p_region, v_at, p_actor)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO ledger.account (issuer_id, id, opened_at)
  SELECT p_issuer, k, v_at FROM generate_series(1, 11) k;
  RETURN true;
END $$;

-- DOOR. Card accounts of one issuer. Result: how many were new.
CREATE FUNCTION ledger.open_cards(p_issuer bigint, p_cards bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_new bigint;
BEGIN
  PERFORM ledger._open();
  IF NOT EXISTS (SELECT FROM ledger.issuer WHERE id = p_issuer) OR EXISTS (SELECT FROM unnest(p_cards) c WHERE c < 1000)
  THEN
    RAISE EXCEPTION 'cards have numbers from 1000 up and an issuer that is open' USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO ledger.account (issuer_id, id, opened_at)
  SELECT p_issuer, c, ledger._clock() FROM unnest(p_cards) c ORDER BY c
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_new = ROW_COUNT;
  RETURN v_new;
END $$;

-- DOOR. Freeze (1), thaw (0) or close (2) an account. Closing wants it empty. Result: an outcome.
CREATE FUNCTION ledger.set_state(p_issuer bigint, p_account bigint, p_state smallint) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_row ledger.account;
BEGIN
  PERFORM ledger._enter(p_issuer, true);
  SELECT * INTO v_row FROM ledger.account a WHERE a.issuer_id = p_issuer AND a.id = p_account;
  IF NOT FOUND THEN
    RETURN 3;
  ELSIF v_row.state = p_state THEN
    RETURN 0;
  ELSIF v_row.state = 2 THEN
    RETURN 4;
  ELSIF v_row.side = 0 OR coalesce(p_state NOT IN (0, 1, 2), true) OR (p_state = 2 AND p_account < 1000) THEN
    RETURN 7;
  ELSIF p_state = 2 AND (v_row.balance, v_row.held) <> (0::bigint, 0::bigint) THEN
    RETURN 6;
  END IF;
  UPDATE ledger.account a SET state = p_state WHERE a.issuer_id = p_issuer AND a.id = p_account;
  RETURN 0;
END $$;

-- DOOR. Partitions for the months that ids may fall into from a week ago until `p_ahead` months from now.
-- They are made apart and attached, so that posting goes on meanwhile. Result: how many were new.
CREATE FUNCTION ledger.make_months(p_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_month date;
  v_name text;
  v_new int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7302, 0);
  FOR v_month IN
    SELECT generate_series(
      date_trunc('month', (ledger._clock() - interval '8 days') AT TIME ZONE 'Asia/Shanghai'),
      date_trunc('month', ledger._clock() AT TIME ZONE 'Asia/Shanghai') + make_interval(months => p_ahead), '1 month')
  LOOP
    v_name := 'transfer_' || to_char(v_month, 'YYYYMM');
    CONTINUE WHEN to_regclass('ledger.' || v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE ledger.%I (LIKE ledger.transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON ledger.%I FOR EACH STATEMENT'
      ' EXECUTE FUNCTION ledger.refuse_change()', v_name || '_not_emptied', v_name);
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON ledger.%I FOR EACH STATEMENT'
      ' EXECUTE FUNCTION ledger.refuse_side_door()', v_name || '_door', v_name);
    EXECUTE format('ALTER TABLE ledger.transfer ATTACH PARTITION ledger.%I FOR VALUES FROM (%L) TO (%L)', v_name,
      ledger.uuid7_floor(v_month::timestamp AT TIME ZONE 'Asia/Shanghai'),
      ledger.uuid7_floor((v_month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'));
    v_new := v_new + 1;
  END LOOP;
  RETURN v_new;
END $$;

-- What an append-only account gained since the last roll-up, as this statement sees it.
CREATE FUNCTION ledger.since_rolled_up(p_issuer bigint, p_account bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_sum bigint;
BEGIN
  -- The number is written into the text so that the planner sees how few rows lie behind it.
  EXECUTE format(
    'SELECT (SELECT coalesce(sum(amount), 0) FROM ledger.transfer WHERE issuer_id = $1 AND credit = $2 AND xid >= %1$s)'
    '     - (SELECT coalesce(sum(amount), 0) FROM ledger.transfer WHERE issuer_id = $1 AND debit = $2 AND xid >= %1$s)',
    (SELECT rolled_up_to FROM ledger.setting)) INTO v_sum USING p_issuer, p_account;
  RETURN v_sum;
END $$;

-- The balance of any account now, in the sign of this ledger: credits - debits.
CREATE FUNCTION ledger.balance(p_issuer bigint, p_account bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT a.balance + CASE WHEN a.side = 0 THEN ledger.since_rolled_up(p_issuer, p_account) ELSE 0 END
  FROM ledger.account a WHERE a.issuer_id = p_issuer AND a.id = p_account
$$;

-- DOOR. Fold what was written into the rows of append-only accounts. Everything below the oldest transaction that is
-- still running is decided, and this statement sees it; anything later stays in the tail. A mark in time or in ids
-- would miss what commits late. Result: rows of transfers folded.
CREATE FUNCTION ledger.roll_up() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_since bigint;
  v_until bigint;
  v_rows bigint;
BEGIN
  PERFORM ledger._open();
  SELECT rolled_up_to INTO v_since FROM ledger.setting FOR UPDATE;
  v_until := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  IF v_until <= v_since THEN
    RETURN 0;
  END IF;
  EXECUTE format(
    'WITH part AS MATERIALIZED ('
    '  SELECT issuer_id, debit, credit, sum(amount)::bigint AS amount, count(*) AS n FROM ledger.transfer'
    '  WHERE xid >= %s AND xid < %s AND (ledger.side(debit) = 0 OR ledger.side(credit) = 0) GROUP BY 1, 2, 3'
    '), tail AS ('
    '  SELECT issuer_id, account_id, sum(delta)::bigint AS delta, sum(n)::bigint AS n FROM ('
    '    SELECT issuer_id, debit AS account_id, -amount AS delta, n FROM part WHERE ledger.side(debit) = 0'
    '    UNION ALL SELECT issuer_id, credit, amount, n FROM part WHERE ledger.side(credit) = 0) x GROUP BY 1, 2'
    '), folded AS ('
    '  UPDATE ledger.account a SET balance = a.balance + t.delta, version = a.version + t.n'
    '  FROM tail t WHERE a.issuer_id = t.issuer_id AND a.id = t.account_id)'
    ' SELECT coalesce(sum(n), 0) FROM part', v_since, v_until) INTO v_rows;
  UPDATE ledger.setting SET rolled_up_to = v_until;
  RETURN v_rows;
END $$;

CREATE FUNCTION ledger._day_start(p_day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_day::timestamp AT TIME ZONE 'Asia/Shanghai'
$$;

-- DOOR. End a day: whoever posts from now on posts after it, and nothing of it is still under way. Days end in order,
-- the first one takes everything before it. Locks all shards for an instant. Result: whether it was ended now.
CREATE FUNCTION ledger.cut_day(p_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_last date;
BEGIN
  PERFORM ledger._open();
  PERFORM FROM ledger.setting FOR UPDATE;  -- waits for a roll-up before it stops anybody
  PERFORM pg_advisory_xact_lock(7301, shard) FROM generate_series(0, 63) shard;
  SELECT max(day) INTO v_last FROM ledger.closed_day;
  IF p_day <= v_last THEN
    RETURN false;
  ELSIF p_day > v_last + 1 OR ledger._clock() < ledger._day_start(p_day + 1) + interval '1 second' THEN
    RAISE EXCEPTION 'days end in order, and when they are over: %', p_day USING ERRCODE = 'check_violation';
  END IF;
  UPDATE ledger.setting SET closed_until = greatest(closed_until, ledger._day_start(p_day + 1));
  INSERT INTO ledger.closed_day (day, cut_at) VALUES (p_day, ledger._clock());
  RETURN true;
END $$;

-- DOOR. Write the balances of a day that was ended, for the accounts that moved on it. Result: its transfers.
CREATE FUNCTION ledger.write_day(p_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_day ledger.closed_day;
  v_n bigint;
  v_since timestamptz;
BEGIN
  PERFORM ledger._open();
  SELECT * INTO v_day FROM ledger.closed_day WHERE day = p_day FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM ledger.closed_day WHERE day < p_day AND written_at IS NULL) THEN
    RAISE EXCEPTION 'days are written in order, after they were cut: %', p_day USING ERRCODE = 'check_violation';
  ELSIF v_day.written_at IS NOT NULL THEN
    RETURN v_day.transfers;
  END IF;
  v_since := CASE WHEN EXISTS (SELECT FROM ledger.closed_day WHERE day < p_day) THEN ledger._day_start(p_day)
                  ELSE '-infinity' END;
  EXECUTE format(
    'WITH part AS MATERIALIZED ('
    '  SELECT issuer_id, debit, credit, sum(amount)::bigint AS amount, count(*) AS n FROM ledger.transfer'
    '  WHERE posted_at >= %L AND posted_at < %L GROUP BY 1, 2, 3'
    '), moved AS ('
    '  SELECT issuer_id, account_id, sum(delta)::bigint AS delta, sum(n)::bigint AS n FROM ('
    '    SELECT issuer_id, debit AS account_id, -amount AS delta, n FROM part'
    '    UNION ALL SELECT issuer_id, credit, amount, n FROM part) x GROUP BY 1, 2'
    '), written AS ('
    '  INSERT INTO ledger.daily_balance (issuer_id, account_id, day, balance, n)'
    '  SELECT m.issuer_id, m.account_id, %L, m.delta + coalesce(('
    '    SELECT d.balance FROM ledger.daily_balance d WHERE d.issuer_id = m.issuer_id AND d.account_id = m.account_id'
    '    ORDER BY d.day DESC LIMIT 1), 0), m.n FROM moved m)'
    ' SELECT coalesce(sum(n), 0) FROM part', v_since, ledger._day_start(p_day + 1), p_day) INTO v_n;
  UPDATE ledger.closed_day SET written_at = ledger._clock(), transfers = v_n WHERE day = p_day;
  RETURN v_n;
END $$;

-- The balance of an account as it stood at an instant: what had been posted before it.
CREATE FUNCTION ledger.balance_at(p_issuer bigint, p_account bigint, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_day date;
  v_start timestamptz;
  v_before bigint := 0;
  v_sum bigint;
BEGIN
  SELECT max(day) INTO v_day FROM ledger.closed_day
   WHERE written_at IS NOT NULL AND day < (p_at AT TIME ZONE 'Asia/Shanghai')::date;
  v_start := coalesce(ledger._day_start(v_day + 1), '-infinity');
  SELECT balance INTO v_before FROM ledger.daily_balance d
   WHERE d.issuer_id = p_issuer AND d.account_id = p_account AND d.day <= v_day ORDER BY d.day DESC LIMIT 1;
  -- An id is at most five minutes ahead of its posting and a week behind it.
  EXECUTE format(
    'SELECT (SELECT coalesce(sum(amount), 0) FROM ledger.transfer WHERE issuer_id = $1 AND credit = $2 AND %1$s)'
    '     - (SELECT coalesce(sum(amount), 0) FROM ledger.transfer WHERE issuer_id = $1 AND debit = $2 AND %1$s)',
    format('posted_at >= %L AND posted_at < %L', v_start, p_at)
    || CASE WHEN v_day IS NULL THEN '' ELSE format(' AND id >= %L', ledger.uuid7_floor(v_start - interval '7 days 1 minute')) END
    || format(' AND id < %L', ledger.uuid7_floor(least(p_at, ledger._clock() + interval '1 day') + interval '6 minutes'))
  ) INTO v_sum USING p_issuer, p_account;
  RETURN coalesce(v_before, 0) + v_sum;
END $$;

-- The balance as of an instant by when things took effect, including what was put right later.
CREATE FUNCTION ledger.balance_effective(p_issuer bigint, p_account bigint, p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT (coalesce((SELECT sum(amount) FROM ledger.transfer
                     WHERE issuer_id = p_issuer AND credit = p_account AND effective_at < p_at), 0)
        - coalesce((SELECT sum(amount) FROM ledger.transfer
                     WHERE issuer_id = p_issuer AND debit = p_account AND effective_at < p_at), 0))::bigint
$$;

-- The trial balance of an issuer at the end of a month, one line an account, and its hash.
CREATE FUNCTION ledger.trial_balance(
  p_issuer bigint, p_month date, OUT accounts bigint, OUT total numeric, OUT hash bytea
) LANGUAGE sql STABLE AS $$
  SELECT count(*), coalesce(sum(balance), 0),
         sha256(convert_to(coalesce(string_agg(account_id || ' ' || balance, E'\n' ORDER BY account_id), ''), 'UTF8'))
  FROM (
    SELECT DISTINCT ON (account_id) account_id, balance FROM ledger.daily_balance
     WHERE issuer_id = p_issuer AND day < (p_month + interval '1 month')::date ORDER BY account_id, day DESC
  ) x
$$;

-- DOOR. Close a month in two steps: first it is being closed, while files are matched, then it is closed for good.
-- What is found later is posted in an open month and says by effective_at when it belongs. Result: the row.
CREATE FUNCTION ledger.close_month(p_issuer bigint, p_month date, p_final boolean, p_actor text) RETURNS ledger.period
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_row ledger.period;
  v_trial record;
BEGIN
  PERFORM ledger._enter(p_issuer, true);
  IF ledger._clock() < ledger._day_start((p_month + interval '1 month')::date) THEN
    RAISE EXCEPTION 'the month is not over: %', p_month USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO ledger.period (issuer_id, month, state, began_at, began_by)
  VALUES (p_issuer, p_month, 1, ledger._clock(), p_actor) ON CONFLICT DO NOTHING;
  SELECT * INTO v_row FROM ledger.period p WHERE p.issuer_id = p_issuer AND p.month = p_month;
  IF NOT p_final OR v_row.state = 2 THEN
    RETURN v_row;
  END IF;
  IF NOT EXISTS (SELECT FROM ledger.closed_day
                  WHERE day = (p_month + interval '1 month')::date - 1 AND written_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the last day of the month is not written: %', p_month USING ERRCODE = 'check_violation';
  END IF;
  SELECT * INTO v_trial FROM ledger.trial_balance(p_issuer, p_month);
  IF v_trial.total <> 0 THEN
    RAISE EXCEPTION 'the trial balance of issuer % is off by %', p_issuer, v_trial.total USING ERRCODE = 'assert_failure';
  END IF;
  UPDATE ledger.period p SET state = 2, closed_at = ledger._clock(), closed_by = p_actor, accounts = v_trial.accounts,
         trial_balance_hash = v_trial.hash
   WHERE p.issuer_id = p_issuer AND p.month = p_month RETURNING * INTO v_row;
  RETURN v_row;
END $$;

-- For the owner, after every migration: what the role of the application may do, and nobody else.
CREATE FUNCTION ledger.admit(p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_door regprocedure;
BEGIN
  REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM %I', p_role);
  EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM %I', p_role);
  EXECUTE format('GRANT USAGE ON SCHEMA ledger TO %I', p_role);
  EXECUTE format('GRANT SELECT ON ledger.transfer, ledger.account, ledger.issuer, ledger.hold, ledger.hold_end,'
    ' ledger.daily_balance, ledger.closed_day, ledger.period, ledger.setting, ledger.flow TO %I', p_role);
  FOR v_door IN
    SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace
       AND (p.prosecdef OR p.proname IN ('side', 'uuid7_floor', '_day_start', '_clock', 'balance', 'balance_at',
                                            'balance_effective', 'trial_balance'))
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_door, p_role);
  END LOOP;
END $$;
