-- People with an address and a phone each, to anonymise, and visits to delete: one row, one event.
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email text);
CREATE TABLE address (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, street text NOT NULL);
CREATE TABLE phone (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, number text);
CREATE TABLE visit (id int PRIMARY KEY, page text NOT NULL, ip inet);
INSERT INTO person SELECT i, 'name ' || i, 'mail' || i || '@example.org' FROM generate_series(1, :people) i;
INSERT INTO address SELECT i, i, 'street ' || i FROM generate_series(1, :people) i;
INSERT INTO phone SELECT i, i, '+44 20 ' || i FROM generate_series(1, :people) i;
INSERT INTO visit SELECT i, 'page ' || i % 700, inet '10.0.0.0' + i FROM generate_series(1, :people) i;
CREATE INDEX ON address (person_id);
CREATE INDEX ON phone (person_id);

SELECT gdpr_register('person', '{"name": {"strategy": "value", "value": ""}, "email": "null"}', subject => true);
SELECT gdpr_register('address', '{"street": {"strategy": "value", "value": ""}}');
SELECT gdpr_register('phone', '{"number": "null"}');
SELECT gdpr_register('visit', '{"ip": "null"}');
