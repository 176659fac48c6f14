-- S33. A key that is itself personal: references follow.
--
-- An e-mail address as primary key, referenced by other tables with plain foreign keys. Anonymising it means writing the new value in
-- the referenced row and in every reference to it, in one statement: nothing is disabled, nothing need be deferrable, and joins give
-- what they gave.
CREATE SCHEMA s33;
SET search_path = s33, public;
\set SHOW_CONTEXT never

-- Each referential action, each with a reference of its own.
CREATE TABLE member (email text PRIMARY KEY, name text);
CREATE TABLE no_action (id int PRIMARY KEY, email text NOT NULL REFERENCES member);
CREATE TABLE restricts (id int PRIMARY KEY, email text NOT NULL REFERENCES member ON UPDATE RESTRICT ON DELETE RESTRICT);
CREATE TABLE cascades (id int PRIMARY KEY, email text NOT NULL REFERENCES member ON UPDATE CASCADE, note text);
CREATE TABLE sets_null (id int PRIMARY KEY, email text REFERENCES member ON UPDATE SET NULL);
CREATE TABLE defers (id int PRIMARY KEY, email text NOT NULL REFERENCES member DEFERRABLE INITIALLY DEFERRED);
INSERT INTO member VALUES ('ada@example.org', 'Ada'), ('bea@example.org', 'Bea');
INSERT INTO no_action VALUES (11, 'ada@example.org'), (12, 'ada@example.org'), (13, 'bea@example.org');
INSERT INTO restricts VALUES (21, 'ada@example.org'), (23, 'bea@example.org');
INSERT INTO cascades VALUES (31, 'ada@example.org', 'hello'), (33, 'bea@example.org', 'hello');
INSERT INTO sets_null VALUES (41, 'ada@example.org'), (43, 'bea@example.org'), (44, NULL);
INSERT INTO defers VALUES (51, 'ada@example.org'), (53, 'bea@example.org');
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true);
SELECT gdpr_register('cascades', '{"note": "null"}');

SELECT * FROM gdpr_preview('anonymise', 'member', 'ada@example.org');
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');

-- Her new address is one, it is in every table, and nobody else's has changed.
SELECT email LIKE 'anon-%@example.invalid' AS anonymised, name FROM member ORDER BY name NULLS FIRST;
SELECT 'no_action' AS relation, array_agg(id ORDER BY id) FROM no_action JOIN member USING (email) WHERE email LIKE 'anon-%'
UNION ALL SELECT 'restricts', array_agg(id) FROM restricts JOIN member USING (email) WHERE email LIKE 'anon-%'
UNION ALL SELECT 'cascades', array_agg(id) FROM cascades JOIN member USING (email) WHERE email LIKE 'anon-%' AND note IS NULL
UNION ALL SELECT 'sets_null', array_agg(id) FROM sets_null JOIN member USING (email) WHERE email LIKE 'anon-%'
UNION ALL SELECT 'defers', array_agg(id) FROM defers JOIN member USING (email) WHERE email LIKE 'anon-%';
SELECT array_agg(id ORDER BY id) AS hers_no_longer FROM (
    TABLE no_action UNION ALL TABLE restricts UNION ALL SELECT id, email FROM cascades UNION ALL TABLE sets_null UNION ALL TABLE defers
) AS reference WHERE email = 'bea@example.org' OR email IS NULL;

-- The old address leads to nobody now; the new one leads to her, and there is nothing more to do.
SELECT * FROM gdpr_anonymise('member', 'ada@example.org');
SELECT gdpr_is_anonymised('member', 'ada@example.org') AS old,
       gdpr_is_anonymised('member', (SELECT email FROM member WHERE name IS NULL)) AS new,
       gdpr_is_anonymised('member', 'bea@example.org') AS other;
SELECT * FROM gdpr_anonymise('member', (SELECT email FROM member WHERE name IS NULL));

-- The log has the key as a keyed digest: the address is nowhere in it.
SELECT relation, action, rows, key_columns, jsonb_array_length(keys) AS keys, columns FROM gdpr_log.event WHERE relation LIKE 's33.%'
ORDER BY relation;
SELECT count(*) FROM gdpr_log.event e WHERE relation LIKE 's33.%' AND e::text ~ 'ada@|example|Ada';

-- Many at once, and redone by force: still one address each, and every reference beside its owner.
INSERT INTO member SELECT 'm' || i || '@example.org', 'Member ' || i FROM generate_series(1, 500) i;
INSERT INTO no_action SELECT 1000 + i, 'm' || i || '@example.org' FROM generate_series(1, 500) i;
INSERT INTO restricts SELECT 1000 + i, 'm' || i || '@example.org' FROM generate_series(1, 500) i;
CREATE TABLE pairs AS SELECT n.id AS n, r.id AS r FROM no_action n JOIN restricts r USING (email);
SELECT * FROM gdpr_anonymise('member', ARRAY(SELECT email FROM member WHERE name LIKE 'Member %'));
SELECT * FROM gdpr_anonymise('member', ARRAY(SELECT email FROM member WHERE name IS NULL), force => true);
TABLE pairs EXCEPT SELECT n.id, r.id FROM no_action n JOIN restricts r USING (email);
SELECT count(DISTINCT email), count(*) FILTER (WHERE email LIKE 'anon-%') AS anonymised FROM member;

-- A composite key, of which one part is personal.
CREATE TABLE account (tenant int, login text, name text, PRIMARY KEY (tenant, login));
CREATE TABLE session (id int PRIMARY KEY, tenant int NOT NULL, login text NOT NULL, ip inet,
    FOREIGN KEY (tenant, login) REFERENCES account);
INSERT INTO account VALUES (1, 'ada', 'Ada'), (2, 'ada', 'another Ada'), (1, 'bea', 'Bea');
INSERT INTO session VALUES (11, 1, 'ada', '192.0.2.1'), (12, 2, 'ada', '192.0.2.2'), (13, 1, 'bea', '192.0.2.3');
SELECT gdpr_register('account', '{"login": "pseudonym", "name": "null"}', subject => true);
SELECT gdpr_register('session', '{"ip": "null"}');
SELECT * FROM gdpr_anonymise('account', '{"tenant": 1, "login": "ada"}');
SELECT s.id, s.tenant, a.name, s.ip, s.login = 'ada' AS login_is_ada FROM session s JOIN account a USING (tenant, login) ORDER BY id;

-- A chain: the key is the key of the next table too, and of the one after that.
CREATE TABLE person (ssn text PRIMARY KEY, name text);
CREATE TABLE patient (ssn text PRIMARY KEY REFERENCES person, blood text);
CREATE TABLE stay (ssn text REFERENCES patient, day date, ward text, PRIMARY KEY (ssn, day));
CREATE TABLE dose (id int PRIMARY KEY, ssn text, day date, drug text, FOREIGN KEY (ssn, day) REFERENCES stay);
INSERT INTO person VALUES ('815-12-10', 'Ada'), ('999-09-09', 'Bea');
INSERT INTO patient SELECT ssn, '0+' FROM person;
INSERT INTO stay SELECT ssn, day, 'A3' FROM person, (VALUES ('2024-01-01'::date), ('2024-01-02')) AS days (day);
INSERT INTO dose SELECT row_number() OVER (ORDER BY ssn, day), ssn, day, 'tea' FROM stay;
SELECT gdpr_register('person', '{"ssn": "hash", "name": "null"}', subject => true);
SELECT gdpr_register('patient', '{"blood": "null"}');
SELECT gdpr_register('stay', '{"ward": "blank"}');
SELECT gdpr_register('dose');
SELECT * FROM gdpr_anonymise('person', '815-12-10');
SELECT p.name, p.ssn ~ '^[0-9a-f]{64}$' AS hashed, blood, s.day, ward, d.id, drug
FROM person p JOIN patient USING (ssn) JOIN stay s USING (ssn) JOIN dose d USING (ssn, day) ORDER BY d.id;
-- A column that is a foreign key takes its value from what it refers to, and has no rule of its own.
SELECT gdpr_register('patient', '{"ssn": "hash"}');
\echo :SQLSTATE

-- A reference to itself: Bea's boss is Ada. Bea is somebody else, and her reference follows all the same.
CREATE TABLE employee (login text PRIMARY KEY, boss text REFERENCES employee, name text);
INSERT INTO employee VALUES ('ada', 'ada', 'Ada'), ('bea', 'ada', 'Bea'), ('cleo', 'bea', 'Cleo'), ('dora', NULL, 'Dora');
CREATE TABLE badge (id int PRIMARY KEY, login text NOT NULL REFERENCES employee, changes int NOT NULL DEFAULT 0);
CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changes := OLD.changes + 1; RETURN NEW; END $$;
CREATE TRIGGER count_changes BEFORE UPDATE ON badge FOR EACH ROW EXECUTE FUNCTION count_changes();
INSERT INTO badge VALUES (1, 'ada'), (2, 'bea');
SELECT gdpr_register('employee', '{"login": "pseudonym", "name": "null"}', subject => true);
SELECT gdpr_register('badge', '{"changes": "keep"}');
SELECT * FROM gdpr_anonymise('employee', 'ada');
SELECT e.name, e.login IN ('ada', 'bea', 'cleo', 'dora') AS own_login, b.login = e.login AS own_boss, b.name AS boss
FROM employee e LEFT JOIN employee b ON b.login = e.boss ORDER BY e.name NULLS FIRST;
-- Bea's row changed, but not her key: her badge is not touched.
SELECT id, login = 'bea' AS login_is_bea, changes FROM badge ORDER BY id;
SELECT * FROM gdpr_anonymise('employee', ARRAY['bea', 'cleo']);
SELECT count(*) FROM employee e JOIN employee b ON b.login = e.boss;
SELECT count(*) FROM employee WHERE login IN ('ada', 'bea', 'cleo') OR boss IN ('ada', 'bea', 'cleo');

-- Two references from one table: each follows by itself.
CREATE TABLE mailbox (address text PRIMARY KEY, name text);
CREATE TABLE mail (id int PRIMARY KEY, sender text REFERENCES mailbox, recipient text REFERENCES mailbox, body text);
INSERT INTO mailbox VALUES ('ada@example.org', 'Ada'), ('bea@example.org', 'Bea');
INSERT INTO mail VALUES (1, 'ada@example.org', 'bea@example.org', 'a'), (2, 'bea@example.org', 'ada@example.org', 'b'),
    (3, 'ada@example.org', 'ada@example.org', 'c'),
    (4, 'bea@example.org', 'bea@example.org', 'd');
SELECT gdpr_register('mailbox', '{"address": "email", "name": "null"}', subject => true);
SELECT gdpr_register('mail', '{"body": "null"}');
SELECT gdpr_link('mailbox', '{address}', 'mail', '{sender}');
SELECT gdpr_link('mailbox', '{address}', 'mail', '{recipient}', kind => 'accessor');
SELECT * FROM gdpr_anonymise('mailbox', 'ada@example.org');
SELECT m.id, s.name AS sender, r.name AS recipient, m.body FROM mail m JOIN mailbox s ON s.address = m.sender
       JOIN mailbox r ON r.address = m.recipient ORDER BY id;

-- A reference to a unique column that is not the primary key, from a table that is kept: what is kept still refers to whom it did.
CREATE TABLE customer (id int PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, name text);
CREATE TABLE invoice (id int PRIMARY KEY, email varchar(60) NOT NULL REFERENCES customer (email), total numeric);
INSERT INTO customer VALUES (1, 'ada@example.org', 'Ada'), (2, 'bea@example.org', 'Bea');
INSERT INTO invoice VALUES (11, 'ada@example.org', 7), (12, 'bea@example.org', 8);
SELECT gdpr_register('customer', '{"email": "email", "name": "null"}', subject => true);
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law');
SELECT * FROM gdpr_anonymise('customer', 1);
SELECT i.id, i.total, c.id AS customer FROM invoice i JOIN customer c USING (email) ORDER BY i.id;
SELECT gdpr_is_anonymised('customer', 1);

-- A table whose key has a rule, and of which there is no row to change: the person's rows are rewritten without it.
CREATE TABLE tariff (name text PRIMARY KEY, rank int);
CREATE TABLE contract (email text PRIMARY KEY, phone text, tariff text NOT NULL REFERENCES tariff);
INSERT INTO tariff VALUES ('low', 1), ('high', 2);
INSERT INTO contract VALUES ('ada@example.org', '111', 'low'), ('bea@example.org', '222', 'high');
SELECT gdpr_register('tariff', '{"name": "hash"}');
SELECT gdpr_register('contract', '{"email": "email", "phone": "null"}', subject => true);
SELECT gdpr_link('contract', '{tariff}', 'tariff', '{name}', condition => 'target.rank = 2');
SELECT * FROM gdpr_anonymise('contract', 'ada@example.org');
SELECT * FROM gdpr_anonymise('contract', 'bea@example.org');
SELECT c.email LIKE 'anon-%' AS anonymised, c.phone, t.rank, t.name IN ('low', 'high') AS name_as_it_was
FROM contract c JOIN tariff t ON t.name = c.tariff ORDER BY t.rank;

-- A key that must be distinct cannot be the same for everybody, and a deferrable key is one too.
SELECT gdpr_register('member', '{"email": {"strategy": "value", "value": "gone"}}');
\echo :SQLSTATE
CREATE TABLE guest (email text PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, name text);
INSERT INTO guest VALUES ('ada@example.org', 'Ada');
SELECT gdpr_register('guest', '{"email": "blank"}');
\echo :SQLSTATE
SELECT gdpr_register('guest', '{"email": "email"}', key => '{email}');
SELECT * FROM gdpr_anonymise('guest', 'ada@example.org');
SELECT count(*) FROM guest WHERE email LIKE 'anon-%';

-- Every foreign key of this file holds when it is checked anew.
DO $$
DECLARE c record;
BEGIN
    FOR c IN SELECT conname, conrelid::regclass AS relation FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 's33'::regnamespace LOOP
        EXECUTE format('UPDATE pg_constraint SET convalidated = false WHERE conname = %L AND conrelid = %L::regclass', c.conname,
        c.relation);
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.relation, c.conname);
    END LOOP;
END $$;
SELECT count(*) FILTER (WHERE convalidated) AS valid, count(*) FILTER (WHERE NOT convalidated) AS not_valid
FROM pg_constraint WHERE contype = 'f' AND connamespace = 's33'::regnamespace;

SET client_min_messages = warning;
DROP SCHEMA s33 CASCADE;
