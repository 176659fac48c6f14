-- gdpr_search says whose a row is, and gdpr_collect what is whose: the same answer, asked from the other end.
--
-- Every row here carries a mark. For each, the persons that the search names must be exactly those whose gdpr_collect shows the row.
CREATE SCHEMA search;
SET search_path = search, public;
\set SHOW_CONTEXT never

CREATE TABLE person (id int PRIMARY KEY, email text, mark text);
CREATE TABLE employee (desk int, PRIMARY KEY (id)) INHERITS (person);
CREATE TABLE company (country text, number int, mark text, PRIMARY KEY (country, number));

-- Chains, composite keys, circles.
CREATE TABLE orders (id int PRIMARY KEY, person_id int REFERENCES person, invoice_id int, mark text);
CREATE TABLE invoice (id int PRIMARY KEY, order_id int REFERENCES orders, mark text);
ALTER TABLE orders ADD FOREIGN KEY (invoice_id) REFERENCES invoice;
CREATE TABLE line (order_id int REFERENCES orders, pos int, mark text, PRIMARY KEY (order_id, pos));
CREATE TABLE part (order_id int, pos int, mark text, FOREIGN KEY (order_id, pos) REFERENCES line);
CREATE TABLE contract (id int PRIMARY KEY, country text, number int, person_id int REFERENCES person, mark text,
                       FOREIGN KEY (country, number) REFERENCES company);
CREATE TABLE clause (contract_id int REFERENCES contract, mark text);

-- Rows of two people: a message nobody has said anything about, a ticket that its agent has access to, a group that its members own.
CREATE TABLE message (id int PRIMARY KEY, sender int REFERENCES person, recipient int REFERENCES person, mark text);
CREATE TABLE attachment (message_id int REFERENCES message, mark text);
CREATE TABLE ticket (id int PRIMARY KEY, opened_by int REFERENCES person, agent int REFERENCES person, mark text);
CREATE TABLE reply (id int PRIMARY KEY, ticket_id int REFERENCES ticket, reply_to int REFERENCES reply, mark text);
CREATE TABLE "group" (id int PRIMARY KEY, mark text);
CREATE TABLE member (group_id int REFERENCES "group", person_id int REFERENCES person, mark text);
CREATE TABLE post (id int PRIMARY KEY, group_id int REFERENCES "group", mark text);

-- Declared links: by value, by expression, by condition; a child whose guardian is a person too.
CREATE TABLE newsletter (address text, mark text);
CREATE TABLE event (payload jsonb, mark text);
CREATE TABLE remark (about text, about_id int, mark text);
CREATE TABLE guardian (person_id int REFERENCES person, child_id int, mark text);

-- Partitions, one with a foreign key of its own; tables that inherit; a key that leads nowhere.
CREATE TABLE visit (id int, person_id int REFERENCES person, order_id int, kind text, mark text) PARTITION BY LIST (kind);
CREATE TABLE visit_web PARTITION OF visit FOR VALUES IN ('web');
CREATE TABLE visit_shop (id int, person_id int, order_id int REFERENCES orders, kind text, mark text);
ALTER TABLE visit ATTACH PARTITION visit_shop FOR VALUES IN ('shop');
CREATE TABLE document (id int PRIMARY KEY, person_id int, mark text);
CREATE TABLE scan (pages int) INHERITS (document);
CREATE TABLE payment (id int PRIMARY KEY, person_id int REFERENCES person, order_id int, mark text);

INSERT INTO person VALUES (1, 'Ada@x.org', 'person 1'), (2, 'bea@x.org', 'person 2'), (3, NULL, 'person 3'), (4, 'kid@x.org', 'person 4');
INSERT INTO employee VALUES (1, 'ada@work.org', 'employee 1', 7), (2, 'dan@work.org', 'employee 2', 8);
INSERT INTO company VALUES ('DE', 1, 'company DE 1'), ('FR', 1, 'company FR 1');
INSERT INTO orders VALUES (11, 1, NULL, 'order 11'), (12, 2, NULL, 'order 12'), (13, NULL, NULL, 'order 13');
INSERT INTO invoice VALUES (11, 11, 'invoice 11'), (12, 12, 'invoice 12'), (13, 13, 'invoice 13');
UPDATE orders SET invoice_id = id;
INSERT INTO line VALUES (11, 1, 'line 11 1'), (11, 2, 'line 11 2'), (12, 1, 'line 12 1'), (13, 1, 'line 13 1');
INSERT INTO part VALUES (11, 1, 'part of 11 1'), (12, 1, 'part of 12 1'), (12, NULL, 'part of nothing');
INSERT INTO contract VALUES (21, 'DE', 1, NULL, 'contract 21'), (22, 'FR', 1, 1, 'contract 22'), (23, 'FR', NULL, 2, 'contract 23');
INSERT INTO clause VALUES (21, 'clause of 21'), (22, 'clause of 22'), (23, 'clause of 23'), (23, 'clause of 23');
INSERT INTO message VALUES (31, 1, 2, 'message 31'), (32, 1, 1, 'message 32'), (33, 1, NULL, 'message 33');
INSERT INTO attachment VALUES (31, 'attachment of 31'), (32, 'attachment of 32'), (33, 'attachment of 33');
INSERT INTO ticket VALUES (41, 1, 2, 'ticket 41'), (42, NULL, 3, 'ticket 42');
INSERT INTO reply VALUES (1, 41, NULL, 'reply 1'), (2, 41, 1, 'reply 2'), (3, 42, 2, 'reply 3'), (4, NULL, 3, 'reply 4');
INSERT INTO "group" VALUES (51, 'group 51'), (52, 'group 52');
INSERT INTO member VALUES (51, 1, 'member 1 of 51'), (51, 2, 'member 2 of 51'), (52, 3, 'member 3 of 52');
INSERT INTO post VALUES (1, 51, 'post in 51'), (2, 52, 'post in 52');
INSERT INTO newsletter VALUES ('ada@x.org', 'newsletter 1'), ('ada@x.org', 'newsletter 1'), ('nobody@x.org', 'newsletter 2');
INSERT INTO event VALUES ('{"user": "1"}', 'event of 1'), ('{"user": "2"}', 'event of 2'), ('{"user": "x"}', 'event of x');
INSERT INTO remark VALUES ('order', 11, 'remark on order 11'), ('ticket', 11, 'remark on ticket 11'), ('ticket', 41, 'remark on ticket 41');
INSERT INTO guardian VALUES (2, 4, 'guardian 2 of 4');
INSERT INTO visit VALUES (1, 1, 12, 'web', 'visit web 1'), (2, 2, 12, 'shop', 'visit shop 2'), (3, NULL, 11, 'shop', 'visit shop 3'), (4, NULL, 11, 'web', 'visit web 4');
INSERT INTO document VALUES (1, 1, 'document 1');
INSERT INTO scan VALUES (1, 2, 'scan 1', 3);
INSERT INTO payment VALUES (61, 1, 11, 'payment 61'), (62, 1, 12, 'payment 62'), (63, 1, 999, 'payment 63');
ALTER TABLE payment ADD FOREIGN KEY (order_id) REFERENCES orders NOT VALID;

SELECT gdpr_register('person', subject => true), gdpr_register('company', subject => true);
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT attrelid::regclass FROM pg_attribute JOIN pg_class c ON c.oid = attrelid AND c.relkind IN ('r', 'p') AND NOT relispartition
           WHERE attname = 'mark' AND relnamespace = 'search'::regnamespace AND attinhcount = 0 LOOP
    PERFORM gdpr_register(t, search => '{mark prefix}');
  END LOOP;
END $$;
SELECT gdpr_link('person', '{id}', 'ticket', '{agent}', 'accessor');
SELECT gdpr_link('member', '{group_id}', '"group"', '{id}');
SELECT gdpr_link('"group"', '{id}', 'member', '{group_id}', 'context');
SELECT gdpr_link('person', '{(lower(email))}', 'newsletter', '{address}');
SELECT gdpr_link('person', '{(id::text)}', 'event', '{(payload->>''user'')}');
SELECT gdpr_link('orders', '{id}', 'remark', '{about_id}', condition => $$target.about = 'order' AND source.person_id IS NOT NULL$$);
SELECT gdpr_link('ticket', '{id}', 'remark', '{about_id}', condition => $$target.about = 'ticket'$$);
SELECT gdpr_link('guardian', '{child_id}', 'person', '{id}');
SELECT gdpr_link('person', '{id}', 'document', '{person_id}');

-- Everybody that there is, and whose every marked row is, asked from both ends.
CREATE VIEW everybody AS
  SELECT tableoid::regclass AS subject, jsonb_build_object('id', id) AS key FROM person
  UNION ALL SELECT 'company', jsonb_build_object('country', country, 'number', number) FROM company;
CREATE VIEW collected AS
  SELECT c.relation, c.key, c.data ->> 'mark' AS mark, e.subject, e.key AS subject_key
  FROM everybody e CROSS JOIN LATERAL gdpr_collect(e.subject, e.key) c;
CREATE FUNCTION searched(term text) RETURNS TABLE (relation regclass, key jsonb, mark text, subject regclass, subject_key jsonb) LANGUAGE sql AS
  $$ SELECT relation, key, snippet, subject, subject_key FROM gdpr_search(term) $$;
CREATE VIEW every_mark AS
  SELECT DISTINCT s.* FROM (SELECT DISTINCT split_part(mark, ' ', 1) AS word FROM (
    SELECT mark FROM collected UNION ALL SELECT * FROM (VALUES ('order'), ('invoice'), ('line'), ('part'), ('clause'), ('newsletter'), ('event'), ('remark'),
                                                              ('visit'), ('payment'), ('attachment'), ('reply')) v) m) w
  CROSS JOIN LATERAL searched(word) s;

SELECT mark, string_agg(subject || ' ' || (SELECT string_agg(value, ' ' ORDER BY k) FROM jsonb_each_text(subject_key) e(k, value)), ', '
                        ORDER BY subject::text, subject_key) AS persons
FROM every_mark GROUP BY mark, key ORDER BY mark, key;

CREATE VIEW disagreement AS
  (SELECT 'only searched' AS what, s.* FROM every_mark s WHERE subject IS NOT NULL
   EXCEPT SELECT 'only searched', c.* FROM collected c)
  UNION ALL
  (SELECT 'only collected', c.* FROM collected c EXCEPT SELECT 'only collected', s.* FROM every_mark s);
TABLE disagreement;
SELECT count(*) > 60 AS is_about_something FROM (SELECT FROM collected) c;

-- Once somebody says what a message is to its recipient, what hangs on it is found too.
SELECT gdpr_link('person', '{id}', 'message', '{recipient}', 'accessor');
SELECT mark, subject_key FROM searched('attachment') ORDER BY mark, subject_key;
TABLE disagreement;
SELECT gdpr_link('person', '{id}', 'message', '{recipient}', 'ignore');
SELECT mark, subject_key FROM searched('attachment') ORDER BY mark, subject_key;
TABLE disagreement;

-- Persons of one partition.
CREATE TABLE human (id int, kind text, mark text, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE human_guest PARTITION OF human FOR VALUES IN ('guest');
CREATE TABLE human_host PARTITION OF human FOR VALUES IN ('host');
CREATE TABLE stay (human_id int, human_kind text, mark text, FOREIGN KEY (human_id, human_kind) REFERENCES human);
INSERT INTO human VALUES (1, 'guest', 'human 1 guest'), (1, 'host', 'human 1 host');
INSERT INTO stay VALUES (1, 'guest', 'stay of guest'), (1, 'host', 'stay of host');
SELECT gdpr_register('human_guest', subject => true), gdpr_register('human', search => '{mark prefix}'), gdpr_register('stay', search => '{mark prefix}');
SELECT gdpr_register('human_host', search => '{mark prefix}');
SELECT relation, mark, subject, subject_key FROM searched('stay') ORDER BY mark;
SELECT relation, mark, subject, subject_key FROM searched('human') ORDER BY mark;

SET client_min_messages = warning;
DROP SCHEMA search CASCADE;
