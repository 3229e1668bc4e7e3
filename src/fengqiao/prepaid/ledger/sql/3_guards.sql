-- What was written stays, whoever asks. The application's role has no right to write anyway; these stop the owner's
-- hand too. Only the functions, which open the door for the time they run, add or move.

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is never rewritten: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger.refuse_side_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('ledger.door', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'the functions of the ledger are its only door: % on %', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

-- Facts: added through the door, never changed. Row triggers on transfer reach every partition.
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE ON ledger.transfer
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER transfer_not_emptied BEFORE TRUNCATE ON ledger.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER transfer_door BEFORE INSERT ON ledger.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_side_door();

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['hold', 'hold_end', 'daily_balance', 'issuer', 'flow'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name || '_stays', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON ledger.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_side_door()', name || '_door', name);
  END LOOP;
  -- State: moved through the door, never removed.
  FOREACH name IN ARRAY ARRAY['account', 'closed_day', 'period', 'setting'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON ledger.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name || '_stays', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON ledger.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_side_door()', name || '_door', name);
  END LOOP;
END $$;

-- A closed month and a written day are final, through the door as well; a closed account stays closed.
CREATE FUNCTION ledger.keep_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is closed for good', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER period_final BEFORE UPDATE ON ledger.period
  FOR EACH ROW WHEN (OLD.state = 2) EXECUTE FUNCTION ledger.keep_final();
CREATE TRIGGER day_final BEFORE UPDATE ON ledger.closed_day
  FOR EACH ROW WHEN (OLD.written_at IS NOT NULL) EXECUTE FUNCTION ledger.keep_final();
CREATE TRIGGER account_final BEFORE UPDATE OF state ON ledger.account
  FOR EACH ROW WHEN (OLD.state = 2) EXECUTE FUNCTION ledger.keep_final();
