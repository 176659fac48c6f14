-- A schema of 1,000 tables with 15 columns each and 2,000 foreign keys; every second table is registered. There are no rows: the lints read the catalog.
SELECT set_config('bench.tables', :'tables', false);
SET client_min_messages = error;
CREATE SCHEMA wide;
SET search_path = wide, public;

DO $$
DECLARE
  n int := current_setting('bench.tables')::int;
BEGIN
  FOR i IN 1 .. n LOOP
    EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, one bigint, other bigint, name text NOT NULL, email text, phone text, street text, city text, born date,
      amount numeric, rate double precision, active boolean, made timestamptz, payload jsonb, remark text)', i);
  END LOOP;
  -- Each table refers to the one that comes at half its number, and to one far away; every second key has an index.
  FOR i IN 2 .. n LOOP
    EXECUTE format('ALTER TABLE t%s ADD FOREIGN KEY (one) REFERENCES t%s ON DELETE CASCADE, ADD FOREIGN KEY (other) REFERENCES t%s', i, i / 2, (i * 7) % (i - 1) + 1);
    IF i % 2 = 0 THEN
      EXECUTE format('CREATE INDEX ON t%s (one)', i);
      EXECUTE format('CREATE INDEX ON t%s (other)', i);
    END IF;
  END LOOP;
  ALTER TABLE t1 ADD FOREIGN KEY (one) REFERENCES t2, ADD FOREIGN KEY (other) REFERENCES t3;
END $$;

SELECT count(gdpr_register(format('wide.t%s', i)::regclass, rules => '{"name": {"strategy": "value", "value": "x"}, "email": "email", "phone": {"strategy": "partial", "keep_last": 2}, "street": "null",
  "city": "null", "born": {"strategy": "generalise", "to": "year"}, "remark": "null", "payload": "null", "amount": "keep"}', subject => i IN (2, 3, 5)))
FROM generate_series(1, current_setting('bench.tables')::int, 2) i;
SELECT gdpr_register('wide.t2', subject => true);
ANALYZE;
