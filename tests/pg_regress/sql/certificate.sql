-- gdpr_certificate: what was done for a request, without personal data, for whoever has to show it.
SET client_min_messages = warning;
CREATE SCHEMA certificate;
SET search_path = certificate, public;
\set SHOW_CONTEXT never
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE invoice (id int PRIMARY KEY, person_id int REFERENCES person, total numeric);
CREATE TABLE profile (nick text PRIMARY KEY, person_id int REFERENCES person, about text);
CREATE TABLE session (id int PRIMARY KEY, person_id int REFERENCES person, ip text);
INSERT INTO person VALUES (1, 'Ada'), (2, 'Bea');
INSERT INTO invoice VALUES (31, 1, 12.50), (32, 1, 3);
INSERT INTO profile VALUES ('ada_of_85', 1, 'I like tea'), ('countess', 1, NULL);
INSERT INTO session VALUES (41, 1, '192.0.2.1');
SELECT gdpr_register('person', '{"name": "hash"}', subject => true);
SELECT gdpr_register('profile', '{"about": "null"}', on_erase => 'anonymise');
SELECT gdpr_register('session', on_erase => 'delete');
SELECT gdpr_register('invoice', on_erase => 'keep', ground => 'tax law, 10 years');
SET gdpr_ext.reason = 'request 2026-118';
SELECT * FROM gdpr_erase('person', 1);
RESET gdpr_ext.reason;
SELECT request FROM gdpr_log.event WHERE reason = 'request 2026-118' AND relation = 'certificate.person' \gset

SELECT key, value FROM jsonb_each(gdpr_certificate(:'request')) WHERE key NOT IN ('request', 'at', 'by', 'registry_version', 'done') ORDER BY key;
SELECT d FROM jsonb_array_elements(gdpr_certificate(:'request') -> 'done') d ORDER BY d ->> 'relation', d ->> 'action';
SELECT c ->> 'request' = :'request' AS request, (c ->> 'at')::timestamptz = e.at AS at, c ->> 'by' = e."session_user" AS by,
       c ->> 'registry_version' = e.registry_version AS version
FROM gdpr_log.event e, gdpr_certificate(e.request) c WHERE e.request = :'request' LIMIT 1;

-- Sealed, and with what is known of the backups.
SELECT gdpr_log_seal() AS head \gset
SET gdpr_ext.backup_retention = '35 days';
SELECT c #>> '{seal,head}' = :'head' AS head, (c ->> 'backups_until')::date - left(c ->> 'at', 10)::date AS days FROM gdpr_certificate(:'request') c;
DELETE FROM person WHERE id = 2;
SELECT gdpr_log_seal() <> :'head' AS another_seal;
SELECT c #>> '{seal,head}' = :'head' AS still_that_head FROM gdpr_certificate(:'request') c;
-- The person's names and keys that are texts are not in it.
SELECT gdpr_certificate(:'request')::text ~ 'Ada|tea|ada_of_85|countess|192\.0' AS personal;

-- For people.
SELECT regexp_replace(replace(gdpr_certificate_text(:'request'), :'request', '<uuid>'),
                      '20[0-9-]{8}( [0-9:]{8} UTC)?|[0-9]+(-[0-9a-f]{5}){4}', '<...>', 'g') AS text;
RESET gdpr_ext.backup_retention;
-- Of what plain SQL deleted there is one, too; not sealed yet.
INSERT INTO person VALUES (3, 'Cy');
DELETE FROM person WHERE id = 3;
SELECT regexp_replace(replace(gdpr_certificate_text(request), request::text, '<uuid>'), '20[0-9-]{8}( [0-9:]{8} UTC)?', '<...>', 'g') AS text
FROM gdpr_log.event WHERE relation = 'certificate.person' AND keys = '[3]';

-- Of a rerun, which is about the events of others. It can have done nothing.
INSERT INTO gdpr_log.event (id, request, "session_user", "current_user", call, subject, relation, action, rows, key_columns, keys, columns, registry_version, origin)
SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000cafe', current_user, current_user, 'rerun', '', 'gdpr_log.imported', 'rerun', 0, '{}', '[]', '{}', '', gdpr_log_origin();
SELECT c -> 'subject' AS subject, c -> 'done' AS done FROM gdpr_certificate('00000000-0000-7000-8000-00000000cafe') c;
SELECT regexp_replace(gdpr_certificate_text('00000000-0000-7000-8000-00000000cafe'), '20[0-9-]{8}( [0-9:]{8} UTC)?', '<...>', 'g') AS text;
DELETE FROM gdpr_log.event WHERE request = '00000000-0000-7000-8000-00000000cafe';

-- What there is not, and what is no interval.
SELECT gdpr_certificate('00000000-0000-0000-0000-000000000000');
\echo :SQLSTATE
SET gdpr_ext.backup_retention = 'long';
SELECT gdpr_certificate(:'request');
\echo :SQLSTATE
RESET gdpr_ext.backup_retention;
CREATE ROLE regress_certificate;
SET ROLE regress_certificate;
SELECT gdpr_certificate('00000000-0000-0000-0000-000000000000');
\echo :SQLSTATE
SET gdpr_ext.backup_retention = '1 day';
RESET ROLE;
DROP ROLE regress_certificate;
DROP SCHEMA certificate CASCADE;
