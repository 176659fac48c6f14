-- S32, second part. A rule that can work, and does not for some rows, fails the call.
--
-- A CHECK over two columns cannot be judged beforehand. When it fails, nothing is changed and nothing is logged; the error has the
-- server's SQLSTATE and names table and constraint, and never a value: errors end up in logs.
CREATE SCHEMA s32b;
SET search_path = s32b, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE booking (
    id int PRIMARY KEY, person_id int REFERENCES person, guest text, starts date, ends date, price int,
    CONSTRAINT starts_before_it_ends CHECK (starts <= ends),
    CONSTRAINT paid_guests_have_names CHECK (price = 0 OR guest <> '')
);
INSERT INTO person VALUES (1, 'Ada Lovelace');
INSERT INTO booking VALUES (11, 1, 'Lord Byron', '1815-12-10', '1816-01-15', 0), (12, 1, 'Lady Byron', '1815-12-10', '1816-01-15', 7);
CREATE TABLE before AS TABLE booking;
SELECT gdpr_register('person', '{"name": "blank"}', subject => true);

-- What a client sees of the error, whole: nothing of it may hold a value.
CREATE FUNCTION failure(statement text) RETURNS TABLE (state text, message text, detail text, hint text, constraint_name text,
    table_name text, tells bool)
LANGUAGE plpgsql AS $$
DECLARE context text;
BEGIN
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state := RETURNED_SQLSTATE, message := MESSAGE_TEXT, detail := PG_EXCEPTION_DETAIL, hint := PG_EXCEPTION_HINT,
        context := PG_EXCEPTION_CONTEXT, constraint_name := CONSTRAINT_NAME, table_name := TABLE_NAME;
    tells := concat(message, detail, hint, context) ~ 'Byron|Lovelace|1815|1816';
    RETURN NEXT;
END $$;

-- A CHECK that the guest of the free booking meets, and the other one does not.
SELECT gdpr_register('booking', '{"guest": "blank"}');
SELECT * FROM gdpr_anonymise('person', 1);
\echo :SQLSTATE
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx

-- One over two columns, of which one moves past the other.
SELECT gdpr_register('booking', '{"ends": {"strategy": "generalise", "to": "decade"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx

-- A user's expression that divides by nothing for one of the rows, one that cannot read the value, one that gives NULL to a NOT NULL
-- column.
SELECT gdpr_register('booking', '{"price": {"strategy": "sql", "expression": "100 / (price - 7)"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx
SELECT gdpr_register('booking', '{"guest": {"strategy": "sql", "expression": "guest::int::text"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx
SELECT gdpr_register('booking', '{}');
SELECT gdpr_register('person', '{"name": {"strategy": "sql", "expression": "nullif(name, ''Ada Lovelace'')"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx

-- A result that is too long for the column, a number that is too large.
ALTER TABLE booking ADD word varchar(10) DEFAULT 'Byron', ADD small smallint DEFAULT 1815;
SELECT gdpr_register('person', '{"name": "blank"}');
SELECT gdpr_register('booking', '{"word": {"strategy": "sql", "expression": "repeat(word, 3)"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx
SELECT gdpr_register('booking', '{"small": {"strategy": "sql", "expression": "small * 100"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx
SELECT gdpr_register('booking', '{}');
ALTER TABLE booking DROP COLUMN small, DROP COLUMN word;

-- A trigger of the user's that refuses, and says too much.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the guest % may not change', OLD.guest USING DETAIL = OLD.guest, HINT = OLD.guest, ERRCODE = '23514';
END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON booking FOR EACH ROW WHEN (OLD.id = 12) EXECUTE FUNCTION refuse();
SELECT gdpr_register('booking', '{"guest": "null"}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx
DROP TRIGGER refuse ON booking;
-- The same whatever its SQLSTATE is, and for errors that the server raises about a statement that was made of a value. An SQLSTATE that the
-- server does not know arrives as XX000. What is about the session and not about a row (serialization, resources, cancelled, no lock)
-- is passed on as it is: a client has to see it to repeat the call.
CREATE FUNCTION refuse_as() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'execute' THEN
        EXECUTE 'SELECT ' || OLD.guest;
    END IF;
    RAISE EXCEPTION 'the guest % may not change', OLD.guest USING DETAIL = OLD.guest, HINT = OLD.guest, ERRCODE = TG_ARGV[0];
END $$;
CREATE FUNCTION failure_with(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE format('CREATE TRIGGER refuse BEFORE UPDATE ON booking FOR EACH ROW WHEN (OLD.id = 12) EXECUTE FUNCTION refuse_as(%L)', condition);
    SELECT concat_ws(' ', f.state, f.message, CASE WHEN f.tells THEN '(tells)' END) INTO answer
    FROM failure($q$SELECT gdpr_anonymise('person', 1)$q$) f;
    DROP TRIGGER refuse ON booking;
    RETURN answer;
END $$;
SELECT condition, failure_with(condition) FROM unnest('{P0001,42P01,42501,0A000,58030,25006,UT001,execute}'::text[]) condition;
-- (Such a text is the server's own, unless a function of the user's takes the code for itself, as here: then it can tell.)
SELECT condition, replace(failure_with(condition), 'Lady Byron', '<guest>') AS failure_with
FROM unnest('{40001,40P01,53100,57P03,55P03}'::text[]) condition;

-- A unique index that the new value of one column makes collide with what somebody else has.
CREATE UNIQUE INDEX one_price_a_day ON booking (starts, price);
SELECT gdpr_register('booking', '{"price": {"strategy": "sql", "expression": "price * 0"}}');
SELECT * FROM failure($$SELECT gdpr_anonymise('person', 1)$$) \gx

-- After all this nothing is changed, also in the person's own table, whose rule would have worked; and nothing is logged.
TABLE person;
TABLE booking EXCEPT TABLE before;
SELECT count(*) FROM gdpr_log.event WHERE relation LIKE 's32b.%';
SELECT gdpr_is_anonymised('person', 1);

-- With rules that fit it works.
DROP INDEX one_price_a_day;
SELECT gdpr_register('booking', '{"guest": {"strategy": "value", "value": "somebody"}, "starts": "generalise"}');
SELECT * FROM gdpr_anonymise('person', 1);
SELECT id, guest, starts, ends, price FROM booking ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA s32b CASCADE;
