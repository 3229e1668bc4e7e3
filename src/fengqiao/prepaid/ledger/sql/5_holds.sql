-- Holds: money set aside, then posted, voided or let go by time; at most one of them, once.

-- DOOR. Set aside what a movement would take. Its giver must be able to give it now.
CREATE FUNCTION ledger.place_hold(
  p_issuer bigint, p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint, p_code smallint,
  p_expires timestamptz, p_hash uuid, p_actor text,
  OUT outcome smallint, OUT placed_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, true);
  v_giver bigint := ledger._giver(p_debit, p_credit);
  v_row ledger.hold;
BEGIN
  SELECT * INTO v_row FROM ledger.hold h WHERE h.issuer_id = p_issuer AND h.id = p_id;
  replayed := FOUND;
  IF replayed THEN
    replayed := (v_row.debit, v_row.credit, v_row.amount, v_row.code, v_row.request_hash)
      IS NOT DISTINCT FROM (p_debit, p_credit, p_amount, p_code, p_hash);
    outcome := CASE WHEN replayed THEN 0 ELSE 1 END;
    placed_at := CASE WHEN replayed THEN v_row.placed_at END;
  ELSIF v_giver IS NULL OR NOT ledger._is_known(p_id, p_debit, p_credit, p_amount, p_code, p_hash, p_actor)
        OR p_expires IS NULL THEN
    outcome := 7;
  ELSIF NOT ledger._is_timely(p_id, NULL, v_at) THEN
    outcome := 2;
  ELSIF p_expires <= v_at THEN
    outcome := 9;
  ELSE
    outcome := ledger._refusal(p_issuer, v_giver, p_amount);
    IF outcome = 0 THEN
      UPDATE ledger.account SET held = held + p_amount WHERE issuer_id = p_issuer AND id = v_giver;
      INSERT INTO ledger.hold (issuer_id, id, debit, credit, amount, code, placed_at, expires_at, request_hash, actor)
      VALUES (p_issuer, p_id, p_debit, p_credit, p_amount, p_code, v_at, p_expires, p_hash, p_actor);
      placed_at := v_at;
    END IF;
  END IF;
END $$;

-- DOOR. Post what was set aside, or less; the rest is free again.
CREATE FUNCTION ledger.post_hold(
  p_issuer bigint, p_id uuid, p_hold uuid, p_amount bigint, p_hash uuid, p_actor text, p_evidence bigint DEFAULT NULL,
  OUT outcome smallint, OUT posted_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, true);
  v_done ledger.transfer;
  v_hold ledger.hold;
BEGIN
  SELECT * INTO v_done FROM ledger.transfer t WHERE t.issuer_id = p_issuer AND t.id = p_id;
  IF FOUND THEN
    replayed := (v_done.hold_id, v_done.amount, v_done.request_hash) IS NOT DISTINCT FROM (p_hold, p_amount, p_hash);
    outcome := CASE WHEN replayed THEN 0 ELSE 1 END;
    posted_at := CASE WHEN replayed THEN v_done.posted_at END;
    RETURN;
  END IF;
  replayed := false;
  SELECT * INTO v_hold FROM ledger.hold h WHERE h.issuer_id = p_issuer AND h.id = p_hold;
  outcome := CASE
    WHEN NOT FOUND THEN 10
    WHEN NOT coalesce(p_amount > 0 AND ledger.is_uuid7(p_id) AND p_actor <> '' AND p_hash IS NOT NULL, false) THEN 7
    WHEN NOT ledger._is_timely(p_id, NULL, v_at) THEN 2
    WHEN v_hold.expires_at <= v_at
         OR EXISTS (SELECT FROM ledger.hold_end e WHERE e.issuer_id = p_issuer AND e.hold_id = p_hold) THEN 9
    WHEN p_amount > v_hold.amount THEN 8
  END;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM ledger._let_go(v_hold);
  outcome := ledger._move(p_issuer, v_hold.debit, v_hold.credit, p_amount);
  IF outcome <> 0 THEN
    UPDATE ledger.account SET held = held + v_hold.amount
     WHERE issuer_id = p_issuer AND id = ledger._giver(v_hold.debit, v_hold.credit);
    RETURN;
  END IF;
  INSERT INTO ledger.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash, code,
                               actor, evidence_id, hold_id)
  VALUES (p_issuer, p_id, v_hold.debit, v_hold.credit, p_amount, v_at, v_at, pg_current_xact_id()::text::bigint, p_hash,
          v_hold.code, p_actor, p_evidence, p_hold);
  INSERT INTO ledger.hold_end (issuer_id, hold_id, how, transfer_id, at, actor)
  VALUES (p_issuer, p_hold, 1, p_id, v_at, p_actor);
  posted_at := v_at;
END $$;

CREATE FUNCTION ledger._let_go(p_hold ledger.hold) RETURNS void LANGUAGE sql AS $$
  UPDATE ledger.account SET held = held - p_hold.amount
   WHERE issuer_id = p_hold.issuer_id AND id = ledger._giver(p_hold.debit, p_hold.credit)
$$;

-- DOOR. Give up what was set aside. Asked again: the same answer.
CREATE FUNCTION ledger.void_hold(
  p_issuer bigint, p_hold uuid, p_actor text, OUT outcome smallint, OUT ended_at timestamptz, OUT replayed boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_at timestamptz := ledger._enter(p_issuer, true);
  v_hold ledger.hold;
  v_end ledger.hold_end;
BEGIN
  replayed := false;
  SELECT * INTO v_hold FROM ledger.hold h WHERE h.issuer_id = p_issuer AND h.id = p_hold;
  IF NOT FOUND THEN
    outcome := 10;
    RETURN;
  END IF;
  SELECT * INTO v_end FROM ledger.hold_end e WHERE e.issuer_id = p_issuer AND e.hold_id = p_hold;
  IF FOUND THEN
    replayed := v_end.how = 2;
    outcome := CASE WHEN replayed THEN 0 ELSE 9 END;
    ended_at := CASE WHEN replayed THEN v_end.at END;
  ELSIF v_hold.expires_at <= v_at OR coalesce(p_actor, '') = '' THEN
    outcome := CASE WHEN coalesce(p_actor, '') = '' THEN 7 ELSE 9 END;
  ELSE
    PERFORM ledger._let_go(v_hold);
    INSERT INTO ledger.hold_end (issuer_id, hold_id, how, at, actor) VALUES (p_issuer, p_hold, 2, v_at, p_actor);
    outcome := 0;
    ended_at := v_at;
  END IF;
END $$;

-- DOOR. Free what was set aside for longer than was said, by server time. Result: how many holds ended.
CREATE FUNCTION ledger.expire_holds(p_most int, p_actor text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  v_issuer bigint;
  v_hold ledger.hold;
  v_ended bigint := 0;
BEGIN
  FOR v_issuer IN
    SELECT DISTINCT ON (issuer_id & 63) issuer_id FROM ledger.hold h
     WHERE expires_at <= ledger._clock()
       AND NOT EXISTS (SELECT FROM ledger.hold_end e WHERE e.issuer_id = h.issuer_id AND e.hold_id = h.id)
     ORDER BY issuer_id & 63
  LOOP
    PERFORM ledger._enter(v_issuer, true);
    FOR v_hold IN
      SELECT * FROM ledger.hold h
       WHERE expires_at <= ledger._clock() AND h.issuer_id & 63 = v_issuer & 63
         AND NOT EXISTS (SELECT FROM ledger.hold_end e WHERE e.issuer_id = h.issuer_id AND e.hold_id = h.id)
       ORDER BY h.expires_at LIMIT p_most - v_ended
    LOOP
      PERFORM ledger._let_go(v_hold);
      INSERT INTO ledger.hold_end (issuer_id, hold_id, how, at, actor)
      VALUES (v_hold.issuer_id, v_hold.id, 3, ledger._clock(), p_actor);
      v_ended := v_ended + 1;
    END LOOP;
  END LOOP;
  RETURN v_ended;
END $$;
