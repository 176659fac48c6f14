-- S60. ON DELETE ANONYMISE: the profile of a deleted person stays, anonymised, and is nobody's.
--
-- gdpr_on_delete declares it for a foreign key. From then on it does not matter who deletes the referenced row, and how: what references
-- it is masked by the rules of its table, and the key becomes NULL or its default.
CREATE SCHEMA s60;
SET search_path = s60, public;
\set SHOW_CONTEXT never
CREATE VIEW told AS
    SELECT call, subject, relation, action, rows, keys, columns FROM gdpr_log.event WHERE subject LIKE 's60.%' OR relation LIKE 's60.%'
    ORDER BY id;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE profile (id int PRIMARY KEY, person_id int REFERENCES person, about text, phone text, stars int);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO profile VALUES (11, 1, 'I like tea', '101', 5), (12, 1, NULL, NULL, 4), (13, 2, 'I like coffee', '102', 3);
SELECT gdpr_register('profile', '{"about": "null", "phone": "pseudonym", "stars": "keep"}');
SELECT gdpr_on_delete('profile', '{person_id}');
SELECT * FROM gdpr_on_delete;

DELETE FROM person WHERE id = 1;
SELECT id, person_id, about, phone ~ '^p[0-9a-z]+$' AS pseudonym, stars FROM profile ORDER BY id;
TABLE told;

-- Declared again, it is replaced. SQL's words may be written in any case.
SELECT gdpr_on_delete('profile', '{person_id}', 'set  default');
SELECT * FROM gdpr_on_delete;
SELECT gdpr_on_delete('profile', '{person_id}', 'SET NULL');

-- Taken back: what becomes of the row is what the foreign key says again.
SELECT gdpr_on_delete_drop('profile', '{person_id}');
SELECT count(*) FROM gdpr_on_delete;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'person'::regclass AND NOT tgisinternal;
DELETE FROM person WHERE id = 2;
\echo :SQLSTATE
SELECT gdpr_on_delete_drop('profile', '{person_id}');
\echo :SQLSTATE

-- What else a foreign key could do it does itself.
SELECT gdpr_on_delete('profile', '{person_id}', 'CASCADE');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person_id}', 'no action');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person_id}', 'RESTRICT');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person_id}', 'SET NUL');
\echo :SQLSTATE

-- No foreign key, no such column, no such table.
SELECT gdpr_on_delete('profile', '{stars}');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person_id,stars}');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{}');
\echo :SQLSTATE
SELECT gdpr_on_delete('person', '{id}');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person}');
\echo :SQLSTATE
SELECT gdpr_on_delete('told', '{id}');
\echo :SQLSTATE
SELECT gdpr_on_delete('nothing', '{id}');
\echo :SQLSTATE
SELECT gdpr_on_delete(NULL, '{person_id}');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', NULL);
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{NULL}');
\echo :SQLSTATE
SELECT gdpr_on_delete('profile', '{person_id}', NULL);
\echo :SQLSTATE
SELECT gdpr_on_delete_drop('profile', NULL);
\echo :SQLSTATE

-- A key that cannot be let go of.
CREATE TABLE badge (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, number text);
SELECT gdpr_register('badge', '{"number": "null"}');
SELECT gdpr_on_delete('badge', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_on_delete('badge', '{person_id}', 'SET DEFAULT');
\echo :SQLSTATE
ALTER TABLE badge ALTER person_id SET DEFAULT 0;
SELECT gdpr_on_delete('badge', '{person_id}', 'SET DEFAULT');
SELECT gdpr_on_delete('badge', '{person_id}', 'SET NULL');
\echo :SQLSTATE
CREATE TABLE tag (raw text, person_id int GENERATED ALWAYS AS (length(raw)) STORED REFERENCES person);
SELECT gdpr_register('tag', '{"raw": "null"}');
SELECT gdpr_on_delete('tag', '{person_id}');
\echo :SQLSTATE

-- Rows that cannot be anonymised: nobody has said how, the law forbids it, or it takes all rows of the table.
CREATE TABLE letter (id int PRIMARY KEY, person_id int REFERENCES person, body text);
SELECT gdpr_on_delete('letter', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_register('letter');
SELECT gdpr_on_delete('letter', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_register('letter', '{"body": "keep"}');
SELECT gdpr_on_delete('letter', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_register('letter', '{"body": "null"}', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_on_delete('letter', '{person_id}');
\echo :SQLSTATE
UPDATE gdpr_registry SET on_erase = NULL, ground = NULL, rules = '{"body": "shuffle"}' WHERE relation = 'letter'::regclass;
SELECT gdpr_on_delete('letter', '{person_id}');
\echo :SQLSTATE

-- Only who owns the referencing table decides.
CREATE ROLE regress_s60;
GRANT ALL ON SCHEMA s60 TO regress_s60;
GRANT ALL ON ALL TABLES IN SCHEMA s60 TO regress_s60;
GRANT ALL ON gdpr_on_delete TO regress_s60;
GRANT EXECUTE ON FUNCTION gdpr_on_delete(regclass, text[], text), gdpr_on_delete_drop(regclass, text[]) TO regress_s60;
SET ROLE regress_s60;
SELECT gdpr_on_delete('profile', '{person_id}');
\echo :SQLSTATE
SELECT gdpr_on_delete_drop('badge', '{person_id}');
\echo :SQLSTATE
DELETE FROM gdpr_on_delete;
\echo :SQLSTATE
RESET ROLE;
SELECT * FROM gdpr_on_delete;
-- The table itself is checked alike, and what is written there takes effect alike.
INSERT INTO gdpr_on_delete VALUES ('profile', '{person_id}', 'CASCADE');
\echo :SQLSTATE
INSERT INTO gdpr_on_delete VALUES ('letter', '{person_id}', 'SET NULL');
\echo :SQLSTATE
INSERT INTO gdpr_on_delete VALUES ('profile', '{person_id}', 'set null');
SELECT * FROM gdpr_on_delete ORDER BY relation::text;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'person'::regclass AND NOT tgisinternal;
DELETE FROM gdpr_on_delete WHERE relation = 'badge'::regclass;
DROP TABLE badge, tag, letter;

-- SET DEFAULT: person 0 stands for nobody. Who stands for nobody cannot go while he is needed.
INSERT INTO person VALUES (0, '(deleted)');
ALTER TABLE profile ALTER person_id SET DEFAULT 0;
SELECT gdpr_on_delete('profile', '{person_id}', 'SET DEFAULT');
DELETE FROM person WHERE id = 2;
SELECT id, person_id, about, stars FROM profile ORDER BY id;
DELETE FROM person WHERE id = 0;
\echo :SQLSTATE
SELECT * FROM person;
-- A default that is nobody's row is refused by the foreign key.
INSERT INTO person VALUES (3, 'Cleo');
INSERT INTO profile VALUES (14, 3, 'me', NULL, 2);
ALTER TABLE profile ALTER person_id SET DEFAULT 99;
DELETE FROM person WHERE id = 3;
\echo :SQLSTATE
SELECT about FROM profile WHERE id = 14;

-- Composite keys. MATCH SIMPLE: a row with a part that is NULL references nobody. All columns of the key are let go of, in whatever order
-- they are named.
CREATE TABLE worker (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE seat (no int PRIMARY KEY, tenant int, worker int, label text, FOREIGN KEY (tenant, worker) REFERENCES worker (tenant, id));
CREATE TABLE pass (no int PRIMARY KEY, tenant int, worker int, label text,
                   FOREIGN KEY (worker, tenant) REFERENCES worker (id, tenant) MATCH FULL ON DELETE CASCADE);
CREATE TABLE desk (no int PRIMARY KEY, tenant int NOT NULL, worker int, label text, FOREIGN KEY (tenant, worker) REFERENCES worker);
INSERT INTO worker VALUES (1, 1, 'Ada'), (1, 2, 'Bea'), (2, 1, 'Cleo');
INSERT INTO seat VALUES (1, 1, 1, 'Ada'), (2, 1, 2, 'Bea'), (3, 2, 1, 'Cleo'), (4, 1, NULL, 'free'), (5, NULL, 1, 'free');
INSERT INTO pass VALUES (1, 1, 1, 'Ada'), (2, NULL, NULL, 'spare');
SELECT gdpr_register('seat', '{"label": "null"}');
SELECT gdpr_register('pass', '{"label": "null"}');
SELECT gdpr_register('desk', '{"label": "null"}');
SELECT gdpr_on_delete('seat', '{worker,tenant}');
SELECT gdpr_on_delete('pass', '{worker,tenant}');
SELECT columns FROM gdpr_on_delete WHERE relation IN ('seat'::regclass, 'pass'::regclass) ORDER BY relation::text;
SELECT gdpr_on_delete('desk', '{tenant,worker}');
\echo :SQLSTATE
SELECT gdpr_on_delete('seat', '{worker}');
\echo :SQLSTATE
DELETE FROM worker WHERE tenant = 1 AND id = 1;
TABLE seat ORDER BY no;
TABLE pass ORDER BY no;
SELECT relation, action, keys, columns FROM told WHERE subject = 's60.worker';
SELECT gdpr_on_delete_drop('seat', '{tenant,worker}');

-- Keys whose types or texts are not the same on both sides, by the equality of the foreign key; and one that is unique and not primary.
CREATE TABLE country (no int PRIMARY KEY, code varchar(2) UNIQUE, name text);
CREATE TABLE by_number (id int PRIMARY KEY, country bigint REFERENCES country, about text);
CREATE TABLE by_code (id int PRIMARY KEY, country text REFERENCES country (code), about text);
INSERT INTO country VALUES (1, 'NL', 'Netherlands'), (2, 'FR', 'France'), (3, NULL, 'Nowhere');
INSERT INTO by_number VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z');
INSERT INTO by_code VALUES (1, 'NL', 'x'), (2, 'FR', 'y'), (3, NULL, 'z');
SELECT gdpr_register('by_number', '{"about": "null"}');
SELECT gdpr_register('by_code', '{"about": "null"}');
SELECT gdpr_on_delete('by_number', '{country}');
SELECT gdpr_on_delete('by_code', '{country}');
DELETE FROM country WHERE no IN (1, 3);
TABLE by_number ORDER BY id;
TABLE by_code ORDER BY id;

-- A constraint that will not have it: the DELETE fails.
ALTER TABLE by_code ADD CONSTRAINT has_country CHECK (country IS NOT NULL) NOT VALID;
DELETE FROM country WHERE no = 2;
\echo :SQLSTATE
SELECT * FROM by_number WHERE id = 2;

-- A table that references itself: whoever had a boss has none, and is masked by the table's own rules. Who goes with the boss is not.
CREATE TABLE employee (id int PRIMARY KEY, name text, boss_id int REFERENCES employee ON DELETE CASCADE);
INSERT INTO employee VALUES (1, 'Ada', NULL), (2, 'Bea', 1), (3, 'Cleo', 1), (4, 'Dora', 2), (5, 'Emmy', 5);
SELECT gdpr_register('employee', '{"name": "null"}');
SELECT gdpr_on_delete('employee', '{boss_id}');
DELETE FROM employee WHERE id IN (1, 3, 5);
TABLE employee ORDER BY id;
SELECT call, action, keys, columns FROM told WHERE relation = 's60.employee' ORDER BY action;

-- Two foreign keys to one parent, of which one is declared. "of" spares what is another person's.
CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES person ON DELETE SET NULL, recipient_id int REFERENCES person ON DELETE SET NULL,
                      body text, label text, subject text);
INSERT INTO person VALUES (5, 'Emmy'), (6, 'Fay'), (7, 'Gerda');
INSERT INTO message VALUES (51, 5, 6, 'Do you still have my cup?', 'answer her', 'cup'), (52, 6, 5, 'Yes', 'fetch it', 'Re: cup'),
                           (53, 5, 5, 'note to myself', 'me', 'note'), (54, 7, 7, 'hm', 'hm', 'hm');
SELECT gdpr_register('message', '{"body":    {"strategy": "value", "value": "(removed)", "of": "sender_id"},
                                  "label":   {"strategy": "null", "of": "recipient_id"},
                                  "subject": "null"}');
SELECT gdpr_on_delete('message', '{sender_id}');
DELETE FROM person WHERE id = 5;
TABLE message ORDER BY id;
-- Both are declared.
SELECT gdpr_on_delete('message', '{recipient_id}');
DELETE FROM person WHERE id = 7;
SELECT * FROM message WHERE id = 54;
SELECT action, keys, columns FROM told WHERE relation = 's60.message';
-- Two foreign keys of the same columns are one declaration for two parents.
CREATE TABLE human (id int PRIMARY KEY REFERENCES person ON DELETE CASCADE);
INSERT INTO human VALUES (6);
ALTER TABLE message ADD FOREIGN KEY (sender_id) REFERENCES human NOT VALID;
UPDATE message SET sender_id = 6, body = 'again' WHERE id = 52;
DELETE FROM human WHERE id = 6;
SELECT * FROM message WHERE id = 52;
SELECT subject, action, keys, columns FROM told WHERE subject = 's60.human';

-- Several tables reference one, each is treated by its own rules; one has nothing to hide in one row, and one row is anonymised already.
CREATE TABLE author (id int PRIMARY KEY, name text);
CREATE TABLE post (id int PRIMARY KEY, author_id int REFERENCES author, title text);
CREATE TABLE reply (id int PRIMARY KEY, author_id int REFERENCES author ON DELETE CASCADE, title text);
CREATE TABLE vote (id int PRIMARY KEY, author_id int REFERENCES author ON DELETE CASCADE, stars int);
INSERT INTO author VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO post VALUES (11, 1, 'Tea'), (12, 1, NULL), (13, 2, 'Cups');
INSERT INTO reply VALUES (21, 1, 'More tea'), (22, 2, 'More cups');
INSERT INTO vote VALUES (31, 1, 5), (32, 2, 4);
SELECT gdpr_register('post', '{"title": "null"}');
SELECT gdpr_register('reply', '{"title": {"strategy": "value", "value": "(removed)"}}');
SELECT gdpr_on_delete('post', '{author_id}');
SELECT gdpr_on_delete('reply', '{author_id}');
DELETE FROM author WHERE id = 1;
TABLE post ORDER BY id;
TABLE reply ORDER BY id;
-- For this one nothing is declared: the foreign key cascades.
TABLE vote ORDER BY id;
SELECT relation, action, rows, keys, columns FROM told WHERE subject = 's60.author';

-- The trigger says on the referenced table what it is for.
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'author'::regclass AND NOT tgisinternal;
-- Who switches it off has it off, also when it is made anew.
ALTER TABLE author DISABLE TRIGGER "GDPR_on_delete";
SELECT gdpr_on_delete_drop('post', '{author_id}');
SELECT gdpr_on_delete('post', '{author_id}');
INSERT INTO author VALUES (6, 'Fay');
INSERT INTO reply VALUES (26, 6, 'goes by CASCADE');
DELETE FROM author WHERE id = 6;
SELECT count(*) FROM reply WHERE id = 26;
ALTER TABLE author ENABLE TRIGGER "GDPR_on_delete";

-- With the foreign key goes the trigger, and it comes back with it, since the declaration stays. With the table goes the declaration, too.
ALTER TABLE post DROP CONSTRAINT post_author_id_fkey;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'author'::regclass AND NOT tgisinternal;
DELETE FROM author WHERE id = 2;
TABLE post ORDER BY id;
TABLE reply ORDER BY id;
DROP TABLE reply;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'author'::regclass AND NOT tgisinternal;
SELECT * FROM gdpr_on_delete WHERE relation = 'post'::regclass;
INSERT INTO author VALUES (3, 'Cleo');
INSERT INTO post VALUES (14, 3, 'Cats');
UPDATE post SET author_id = NULL WHERE id = 13;
ALTER TABLE post ADD FOREIGN KEY (author_id) REFERENCES author;
DELETE FROM author WHERE id = 3;
TABLE post ORDER BY id;
-- A table that is no longer registered: its rows could not be anonymised, so the DELETE fails.
SELECT gdpr_unregister('post');
INSERT INTO author VALUES (4, 'Dora'), (5, 'Emmy');
INSERT INTO post VALUES (15, 4, 'Dogs');
DELETE FROM author WHERE id = 5;
DELETE FROM author WHERE id = 4;
\echo :SQLSTATE
SELECT gdpr_on_delete_drop('post', '{author_id}');

-- A partition has no foreign key of its own: what is declared of the partitioned table's is for all of them.
CREATE TABLE call (id int, author_id int REFERENCES author, note text) PARTITION BY RANGE (id);
CREATE TABLE call_1 PARTITION OF call FOR VALUES FROM (0) TO (100);
SELECT gdpr_register('call', '{"note": "null"}');
SELECT gdpr_on_delete('call_1', '{author_id}');
\echo :SQLSTATE
SELECT gdpr_on_delete('call', '{author_id}');
SELECT relation, columns FROM gdpr_on_delete WHERE relation IN ('call'::regclass, 'call_1'::regclass);

SET client_min_messages = warning;
DROP SCHEMA s60 CASCADE;
SELECT count(*) FROM gdpr_on_delete;
REVOKE ALL ON gdpr_on_delete FROM regress_s60;
REVOKE EXECUTE ON FUNCTION gdpr_on_delete(regclass, text[], text), gdpr_on_delete_drop(regclass, text[]) FROM regress_s60;
DROP ROLE regress_s60;
