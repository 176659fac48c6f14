-- S33, for whole tables. Keys that are personal are rewritten with everything that refers to them.
--
-- An e-mail address as a key, a chain of references, tables that refer to each other: afterwards every reference leads to the row that it
-- led to, and no foreign key was disabled, deferred or left unchecked. ON UPDATE has no say: nobody updates.
SELECT current_database() AS home \gset
CREATE DATABASE gdpr_s33 TEMPLATE template0;
\c gdpr_s33
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION gdpr_ext;
CREATE EXTENSION citext;
SET gdpr_ext.allow_scrub = on;

-- Every row of `table` has a number, which no rule is about. What a reference leads to is known by that.
CREATE SCHEMA before;
CREATE FUNCTION leads_to(of text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE 'SELECT md5(string_agg(pair::text, '' '' ORDER BY pair)) || '' of '' || count(*) FROM (' || of || ') AS pair' INTO answer;
    RETURN answer;
END $$;
CREATE TABLE before.pairs (name text, of text, found text);

-- Each referential action, each with a reference of its own. ON UPDATE SET NULL would lose it, ON UPDATE RESTRICT would refuse.
CREATE TABLE member (email text PRIMARY KEY, number int, name text);
CREATE TABLE no_action (number int, email text NOT NULL REFERENCES member);
CREATE TABLE restricts (number int, email text NOT NULL REFERENCES member ON UPDATE RESTRICT ON DELETE RESTRICT);
CREATE TABLE cascades (number int, email text NOT NULL REFERENCES member ON UPDATE CASCADE ON DELETE CASCADE, note text);
CREATE TABLE sets_null (number int, email text REFERENCES member ON UPDATE SET NULL ON DELETE SET NULL);
CREATE TABLE sets_default (number int, email text DEFAULT 'm1@example.org' REFERENCES member ON UPDATE SET DEFAULT);
CREATE TABLE defers (number int, email text NOT NULL REFERENCES member DEFERRABLE INITIALLY DEFERRED);
INSERT INTO member SELECT 'm' || i || '@example.org', i, 'Member ' || i FROM generate_series(1, 500) i;
INSERT INTO no_action SELECT i, 'm' || 1 + i % 500 || '@example.org' FROM generate_series(1, 1500) i;
INSERT INTO restricts SELECT i, 'm' || 1 + i % 400 || '@example.org' FROM generate_series(1, 400) i;
INSERT INTO cascades SELECT i, 'm' || 1 + i % 300 || '@example.org', 'note' FROM generate_series(1, 300) i;
INSERT INTO sets_null SELECT i, CASE WHEN i % 3 > 0 THEN 'm' || i || '@example.org' END FROM generate_series(1, 300) i;
INSERT INTO sets_default SELECT i, 'm' || i || '@example.org' FROM generate_series(1, 300) i;
INSERT INTO defers SELECT i, 'm' || i || '@example.org' FROM generate_series(1, 300) i;
SELECT gdpr_register('member', '{"email": "email", "name": "null"}', subject => true), gdpr_register('cascades', '{"note": "null"}');
INSERT INTO before.pairs (name, of) SELECT t, format('SELECT r.number, m.number FROM %I r LEFT JOIN member m USING (email)', t)
FROM unnest('{no_action,restricts,cascades,sets_null,sets_default,defers}'::text[]) t;

-- A composite key, of which one part is personal; references that have NULL in one part (MATCH SIMPLE) or in all, and MATCH FULL.
CREATE TABLE account (tenant int, login text, number int, PRIMARY KEY (tenant, login));
CREATE TABLE session (number int, tenant int, login text, FOREIGN KEY (tenant, login) REFERENCES account);
CREATE TABLE grant_full (number int, tenant int, login text, FOREIGN KEY (tenant, login) REFERENCES account MATCH FULL);
INSERT INTO account SELECT i % 10, 'login' || i / 10, i FROM generate_series(1, 200) i;
INSERT INTO session SELECT i, i % 10, 'login' || i / 10 FROM generate_series(1, 200) i;
INSERT INTO session VALUES (201, 1, NULL), (202, NULL, 'login of nobody'), (203, NULL, NULL), (204, NULL, 'login1');
INSERT INTO grant_full SELECT i, i % 10, 'login' || i / 10 FROM generate_series(1, 200) i;
INSERT INTO grant_full VALUES (201, NULL, NULL);
SELECT gdpr_register('account', '{"login": "email"}', subject => true);
INSERT INTO before.pairs (name, of) VALUES
    ('session', 'SELECT s.number, a.number FROM session s LEFT JOIN account a USING (tenant, login)'),
    ('grant_full', 'SELECT s.number, a.number FROM grant_full s LEFT JOIN account a USING (tenant, login)');

-- A chain: the key is the key of the next table too, and of the one after that, with a day; one of them is partitioned.
CREATE TABLE citizen (ssn char(20) PRIMARY KEY, number int);
CREATE TABLE patient (ssn char(20) PRIMARY KEY REFERENCES citizen, blood text);
CREATE TABLE stay (ssn char(20) REFERENCES patient, day date, PRIMARY KEY (ssn, day)) PARTITION BY RANGE (day);
CREATE TABLE stay_2023 PARTITION OF stay FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE stay_2024 (day date NOT NULL, ssn char(20) NOT NULL);
ALTER TABLE stay ATTACH PARTITION stay_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE dose (number int, ssn char(20), day date, drug text, FOREIGN KEY (ssn, day) REFERENCES stay);
INSERT INTO citizen SELECT to_char(i, 'FM000000-0000'), i FROM generate_series(1, 100) i;
INSERT INTO patient SELECT ssn, '0+' FROM citizen;
INSERT INTO stay SELECT ssn, day FROM citizen, (VALUES ('2023-07-01'::date), ('2024-07-02')) AS days (day);
INSERT INTO dose SELECT row_number() OVER (ORDER BY ssn, day), ssn, day, 'tea' FROM stay;
SELECT gdpr_register('citizen', '{"ssn": {"strategy": "hash", "length": 20}}', subject => true), gdpr_register('patient', '{"blood": "null"}'),
    gdpr_register('stay'), gdpr_register('dose');
INSERT INTO before.pairs (name, of) VALUES ('dose',
    'SELECT d.number, c.number FROM dose d JOIN stay USING (ssn, day) JOIN patient USING (ssn) JOIN citizen c USING (ssn)');

-- References to itself, and tables that refer to each other by keys that both have rules.
CREATE TABLE employee (login text PRIMARY KEY, number int, boss text REFERENCES employee, UNIQUE (number));
INSERT INTO employee SELECT 'e' || i, i, CASE WHEN i > 1 THEN 'e' || i / 2 ELSE 'e1' END FROM generate_series(1, 200) i;
INSERT INTO employee VALUES ('free', 201, NULL);
CREATE TABLE project (code text PRIMARY KEY, number int, lead text);
CREATE TABLE worker (nick text PRIMARY KEY, number int, project text NOT NULL REFERENCES project DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE project ADD FOREIGN KEY (lead) REFERENCES worker;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO worker SELECT 'w' || i, i, 'p' || 1 + i % 20 FROM generate_series(1, 100) i;
INSERT INTO project SELECT 'p' || i, i, 'w' || i * 5 FROM generate_series(1, 20) i;
COMMIT;
SELECT gdpr_register('employee', '{"login": "hash"}', subject => true), gdpr_register('project', '{"code": "pseudonym"}'), gdpr_register('worker',
    '{"nick": "hash"}', subject => true);
INSERT INTO before.pairs (name, of) VALUES
    ('employee', 'SELECT e.number, b.number FROM employee e LEFT JOIN employee b ON b.login = e.boss'),
    ('worker', 'SELECT w.number, p.number FROM worker w JOIN project p ON p.code = w.project'),
    ('project', 'SELECT p.number, w.number FROM project p JOIN worker w ON w.nick = p.lead');

-- A key under another equality: a reference is written in other letters. References of other types than their key.
CREATE TABLE reader (nick citext PRIMARY KEY, number int);
CREATE TABLE loan (number int, nick citext REFERENCES reader);
CREATE TABLE writer (nick text PRIMARY KEY, number int);
CREATE TABLE loan_by_text (number int, nick varchar(40) REFERENCES writer);
CREATE TABLE phone (digits bigint PRIMARY KEY, number int);
CREATE TABLE phone_call (number int, digits int REFERENCES phone);
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE ghost (name text COLLATE any_case PRIMARY KEY, number int);
CREATE TABLE haunt (number int, name text COLLATE any_case REFERENCES ghost);
INSERT INTO reader SELECT 'Nick' || i, i FROM generate_series(1, 100) i;
INSERT INTO loan SELECT i, CASE i % 3 WHEN 0 THEN 'nick' WHEN 1 THEN 'NICK' ELSE 'Nick' END || i FROM generate_series(1, 100) i;
INSERT INTO writer SELECT 'writer' || i, i FROM generate_series(1, 100) i;
INSERT INTO loan_by_text SELECT i, 'writer' || i FROM generate_series(1, 100) i;
INSERT INTO phone SELECT 5550000 + i, i FROM generate_series(1, 100) i;
INSERT INTO phone_call SELECT i, 5550000 + i FROM generate_series(1, 100) i;
INSERT INTO ghost SELECT 'Ghost' || i, i FROM generate_series(1, 100) i;
INSERT INTO haunt SELECT i, 'GHOST' || i FROM generate_series(1, 100) i;
SELECT gdpr_register('reader', '{"nick": "email"}', subject => true), gdpr_register('writer', '{"nick": "pseudonym"}', subject => true),
    gdpr_register('phone', '{"digits": "auto"}', subject => true), gdpr_register('ghost', '{"name": "email"}', subject => true);
INSERT INTO before.pairs (name, of) VALUES
    ('loan', 'SELECT l.number, r.number FROM loan l LEFT JOIN reader r USING (nick)'),
    ('loan_by_text', 'SELECT l.number, w.number FROM loan_by_text l LEFT JOIN writer w USING (nick)'),
    ('phone_call', 'SELECT c.number, p.number FROM phone_call c LEFT JOIN phone p USING (digits)'),
    ('haunt', 'SELECT h.number, g.number FROM haunt h LEFT JOIN ghost g USING (name)');

-- Two references from one table, two keys of one table, and a column that two foreign keys share.
CREATE TABLE person (id int PRIMARY KEY, number int, email text NOT NULL UNIQUE, nick text NOT NULL UNIQUE);
CREATE TABLE mail (number int, sender text REFERENCES person (email), recipient text REFERENCES person (email),
    by_nick text REFERENCES person (nick));
CREATE TABLE tenant (code text PRIMARY KEY, number int);
CREATE TABLE desk (tenant text REFERENCES tenant, place int, number int, PRIMARY KEY (tenant, place));
CREATE TABLE booking (number int, tenant text REFERENCES tenant, place int, FOREIGN KEY (tenant, place) REFERENCES desk);
INSERT INTO person SELECT i, i, i || '@example.org', 'nick' || i FROM generate_series(1, 50) i;
INSERT INTO mail SELECT i, 1 + i % 50 || '@example.org', 1 + i % 7 || '@example.org', 'nick' || 1 + i % 9 FROM generate_series(1, 200) i;
INSERT INTO tenant SELECT 't' || i, i FROM generate_series(1, 10) i;
INSERT INTO desk SELECT 't' || 1 + i % 10, i, i FROM generate_series(1, 50) i;
INSERT INTO booking SELECT number, tenant, place FROM desk;
SELECT gdpr_register('person', '{"email": "email", "nick": "pseudonym"}', subject => true), gdpr_register('mail'), gdpr_register('tenant',
    '{"code": "hash"}');
INSERT INTO before.pairs (name, of) VALUES
    ('mail', 'SELECT m.number, ARRAY[s.number, r.number, n.number] FROM mail m LEFT JOIN person s ON s.email = sender
        LEFT JOIN person r ON r.email = recipient LEFT JOIN person n ON n.nick = by_nick'),
    ('booking', 'SELECT b.number, ARRAY[d.number, t.number] FROM booking b JOIN desk d USING (tenant, place) JOIN tenant t ON t.code = b.tenant');

-- A key of a parent that others inherit from is each table's own; references lead to the parent's rows.
CREATE TABLE station (name text PRIMARY KEY, number int);
CREATE TABLE terminus (line text) INHERITS (station);
CREATE TABLE stop (number int, station text REFERENCES station);
INSERT INTO station SELECT 's' || i, i FROM generate_series(1, 20) i;
INSERT INTO terminus SELECT 't' || i, 100 + i, 'line' FROM generate_series(1, 5) i;
INSERT INTO stop SELECT i, 's' || i FROM generate_series(1, 20) i;
SELECT gdpr_register('station', '{"name": "pseudonym"}');
INSERT INTO before.pairs (name, of) VALUES ('stop', 'SELECT p.number, s.number FROM stop p JOIN ONLY station s ON s.name = p.station');

-- What hangs on a person needs an entry.
SELECT count(gdpr_register(t)) AS registered
    FROM unnest('{no_action,restricts,sets_null,sets_default,defers,session,grant_full,loan,loan_by_text,phone_call,haunt}'::regclass[]) t;
UPDATE before.pairs SET found = leads_to(of);
CREATE VIEW before.keys_now AS
SELECT email AS value FROM member UNION ALL SELECT login FROM account UNION ALL SELECT ssn FROM citizen UNION ALL SELECT login FROM employee
UNION ALL SELECT code FROM project UNION ALL SELECT nick FROM worker UNION ALL SELECT nick FROM reader UNION ALL SELECT nick FROM writer
UNION ALL SELECT digits::text FROM phone UNION ALL SELECT name FROM ghost UNION ALL SELECT email FROM person UNION ALL SELECT nick FROM person
UNION ALL SELECT code FROM tenant UNION ALL SELECT name FROM station;
CREATE TABLE before.key AS SELECT value::text FROM before.keys_now;

-- Each table that refers to a rewritten key is rewritten with it, whether it has an entry or not.
SELECT relation, action, rows FROM gdpr_scrub_db() ORDER BY relation::text COLLATE "C";

-- Every reference leads where it led.
SELECT name, regexp_replace(found, '.* ', '')::int AS pairs, leads_to(of) = found AS as_before FROM before.pairs ORDER BY name COLLATE "C";
-- Of references that led nowhere, because they are NULL in part, nothing is left but NULL.
SELECT number, tenant, login FROM session WHERE number > 200 ORDER BY number;
SELECT count(*) FROM grant_full WHERE tenant IS NULL AND login IS NULL;
-- Keys are as many as they were, and none is an old one. (A number may by chance be one that another had.)
SELECT count(*) = (SELECT count(*) FROM before.key) AS as_many,
    count(*) FILTER (WHERE value::text IN (SELECT value FROM before.key) AND value::text !~ '^[0-9]+$') AS old,
    count(*) FILTER (WHERE value::text IN (SELECT value FROM before.key) AND value::text ~ '^[0-9]+$') < 3 AS other_numbers
FROM before.keys_now;
SELECT string_agg(t, ', ') AS old_value_in FROM (
    SELECT 'no_action' AS t FROM no_action WHERE email LIKE '%@example.org' UNION SELECT 'cascades' FROM cascades WHERE email LIKE '%@example.org'
    UNION SELECT 'restricts' FROM restricts WHERE email LIKE '%@example.org' UNION SELECT 'sets_null' FROM sets_null WHERE email LIKE '%@example.org'
    UNION SELECT 'sets_default' FROM sets_default WHERE email LIKE '%@example.org' UNION SELECT 'defers' FROM defers WHERE email LIKE '%@example.org'
    UNION SELECT 'session' FROM session WHERE login LIKE 'login%' UNION SELECT 'dose' FROM dose WHERE ssn LIKE '%-%' UNION SELECT 'loan' FROM loan
        WHERE nick LIKE 'nick%'
    UNION SELECT 'haunt' FROM haunt WHERE name::bytea::text LIKE '%47484f5354%' UNION SELECT 'mail' FROM mail
        WHERE sender LIKE '%@example.org') AS found;
-- A reference takes over the key as it stands in the row that it leads to.
SELECT count(*) FROM loan l JOIN reader r ON r.nick::text = l.nick::text;

-- Every foreign key holds when it is checked anew.
DO $$
DECLARE c record;
BEGIN
    FOR c IN SELECT oid, conname, conrelid::regclass AS relation FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        AND conparentid = 0 LOOP
        UPDATE pg_constraint SET convalidated = false WHERE oid = c.oid;
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.relation, c.conname);
    END LOOP;
END $$;
SELECT count(*) > 20 AS foreign_keys, bool_and(convalidated) AS valid FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    AND conparentid = 0;

-- References that lead nowhere: a foreign key that was added NOT VALID. They become NULL, and the constraint stays as it is, not validated.
CREATE TABLE old_login (id int PRIMARY KEY, email text);
INSERT INTO old_login SELECT number, email FROM no_action WHERE number <= 10;
INSERT INTO old_login VALUES (11, 'dangling@example.org'), (12, NULL);
ALTER TABLE old_login ADD CONSTRAINT dangling FOREIGN KEY (email) REFERENCES member NOT VALID;
SELECT count(*) FROM gdpr_scrub_db('{member}') WHERE relation = 'old_login'::regclass;
SELECT count(*) AS rows, count(o.email) AS emails, count(m.email) AS members FROM old_login o LEFT JOIN member m USING (email);
SELECT convalidated FROM pg_constraint WHERE conname = 'dangling';
-- Where the key is a hash or a pseudonym, so is the value that leads nowhere: equal values stay equal. (Not of char(n): there one value is written
-- in several ways.)
CREATE TABLE old_patient (id int PRIMARY KEY, ssn char(20), code text);
CREATE TABLE older_patient (id int PRIMARY KEY, code text);
INSERT INTO old_patient VALUES (1, '000000-0000', 'dangling'), (2, '000000-0000', 'dangling'), (3, NULL, NULL);
INSERT INTO older_patient VALUES (1, 'dangling');
ALTER TABLE old_patient ADD FOREIGN KEY (ssn) REFERENCES citizen NOT VALID, ADD FOREIGN KEY (code) REFERENCES project NOT VALID;
ALTER TABLE older_patient ADD FOREIGN KEY (code) REFERENCES project NOT VALID;
SELECT count(*) FROM gdpr_scrub_db('{citizen,project}') WHERE relation IN ('old_patient'::regclass, 'older_patient'::regclass);
SELECT count(ssn) AS ssn, count(code) AS code, count(DISTINCT code) AS different, bool_and(code <> 'dangling') AS another,
       bool_and(code = (SELECT code FROM older_patient)) AS everywhere FROM old_patient;
DROP TABLE old_patient, older_patient;
-- Where it cannot become NULL the call is refused, and nothing has changed.
CREATE TABLE must_login (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO must_login VALUES (1, 'dangling@example.org');
ALTER TABLE must_login ADD CONSTRAINT must_dangle FOREIGN KEY (email) REFERENCES member NOT VALID;
CREATE TABLE before.member AS TABLE member;
SELECT * FROM gdpr_scrub_db('{member}');
\echo :SQLSTATE
SELECT count(*) AS unchanged FROM (TABLE member INTERSECT TABLE before.member) AS m;
TABLE must_login;
DROP TABLE must_login;

-- A rule on the referencing column itself: it is cut or kept, as its rule says.
CREATE TABLE newsletter (id int PRIMARY KEY, email text REFERENCES member);
INSERT INTO newsletter SELECT number, email FROM no_action WHERE number <= 10;
SELECT gdpr_register('newsletter', '{"email": "null"}');
SELECT relation, action, rows FROM gdpr_scrub_db('{newsletter}');
SELECT count(*) AS rows, count(email) AS emails FROM newsletter;

-- Keys that a rule makes the same are refused, as a duplicate key is.
SELECT gdpr_register('member', '{"email": {"strategy": "sql", "expression": "left(email, 5)"}}', subject => true);
SELECT * FROM gdpr_scrub_db('{member}');
\echo :SQLSTATE
SELECT count(*) AS unchanged FROM (TABLE member INTERSECT TABLE before.member) AS m;

\c :home
DROP DATABASE gdpr_s33;
