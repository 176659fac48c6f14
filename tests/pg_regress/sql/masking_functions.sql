-- The masking functions, in plain SQL: for views, for sql rules, for updates of one's own.
--
-- gdpr_partial is exact. gdpr_hash and gdpr_pseudonym are keyed: equal input gives equal output, and without the secret nothing can be
-- recomputed. What is random is tested by its properties. A NULL is NULL for every one of them.
CREATE SCHEMA masking;
SET search_path = masking, public;
\set SHOW_CONTEXT never
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';

-- gdpr_partial: characters, not bytes; whatever is too short to hide something is masked whole; the length stays.
SELECT value, gdpr_partial(value) AS all, gdpr_partial(value, 1) AS first, gdpr_partial(value, 0, 4) AS last,
       gdpr_partial(value, 1, 2) AS both,
       gdpr_partial(value, 2, 2, '#') AS mask
FROM (VALUES (1, 'Ada Lovelace'), (2, 'NL91ABNA0417164300'), (3, 'Bea'), (4, 'Jo'), (5, 'x'), (6, ''), (7, NULL), (8, 'Žofie Čapková'),
    (9, '日本語の名前'), (10, E'two\nlines')) AS v (no, value)
ORDER BY no;
SELECT gdpr_partial('abcd', 2, 2) AS exactly_kept, gdpr_partial('abcde', 2, 2) AS one_more, gdpr_partial('abc', 100) AS more_than_all,
       gdpr_partial('abc', mask => '•') AS wide_mask;
SELECT gdpr_partial('abc', NULL) IS NULL AS keep_first, gdpr_partial('abc', 1, NULL) IS NULL AS keep_last,
       gdpr_partial('abc', 1, 1, NULL) IS NULL AS mask;
SELECT gdpr_partial('abc', -1);
\echo :SQLSTATE
SELECT gdpr_partial('abc', 0, -1);
\echo :SQLSTATE
SELECT gdpr_partial('abc', 0, 0, '');
\echo :SQLSTATE
SELECT gdpr_partial('abc', 0, 0, '**');
\echo :SQLSTATE

-- gdpr_hash: hexadecimal digits, as many as are asked for; a shorter one is the beginning of the longer one.
SELECT gdpr_hash('ada') ~ '^[0-9a-f]{64}$' AS digits, gdpr_hash('ada') = gdpr_hash('ada') AS stable,
       gdpr_hash('ada') = gdpr_hash('bea') AS same_for_another,
       gdpr_hash('ada') = gdpr_hash('Ada') AS same_for_another_case, left(gdpr_hash('ada'), 10) = gdpr_hash('ada', 10) AS beginning,
       length(gdpr_hash('ada', 1)) AS one,
       length(gdpr_hash('')) AS empty, gdpr_hash(NULL) IS NULL AS null, gdpr_hash('ada') <> encode(sha256('ada'), 'hex') AS keyed;
SELECT count(DISTINCT gdpr_hash(i::text)) AS distinct, count(DISTINCT gdpr_hash(i::text, 16)) AS distinct_16
FROM generate_series(1, 10000) i;
SELECT gdpr_hash('ada', 0);
\echo :SQLSTATE
SELECT gdpr_hash('ada', 65);
\echo :SQLSTATE
SELECT gdpr_hash('ada', -1);
\echo :SQLSTATE

-- gdpr_pseudonym: a token, or a plausible value of a kind. The same for the same, by kind and locale; another for another.
SELECT gdpr_pseudonym('ada') = gdpr_pseudonym('ada') AS stable, gdpr_pseudonym('ada') = gdpr_pseudonym('bea') AS same_for_another,
       gdpr_pseudonym(NULL) IS NULL AS null, position('adalovelace' IN lower(gdpr_pseudonym('AdaLovelace'))) AS contains_it,
       gdpr_pseudonym('ada') = gdpr_hash('ada') AS is_the_hash;
SELECT count(DISTINCT gdpr_pseudonym(i::text)) AS tokens FROM generate_series(1, 10000) i;
SELECT kind, bool_and(once = twice) AS stable, bool_and(once <> value) AS differs, count(DISTINCT once) > 10 AS many,
       bool_and(once <> '') AS not_empty
FROM unnest('{name,first_name,last_name,email,phone,company,street,city,postcode,country,iban,ip,url,user_name,text}'::text[]) WITH ORDINALITY AS k (kind, no),
     LATERAL (SELECT i::text || kind AS value, gdpr_pseudonym(i::text || kind, kind) AS once,
                     gdpr_pseudonym(i::text || kind, kind, 'en') AS twice FROM generate_series(1, 300) i) AS p
GROUP BY no, kind ORDER BY no;
-- What is to join must join: e-mail addresses and IBANs of many people are as many pseudonyms.
SELECT count(DISTINCT gdpr_pseudonym(i::text, 'email')) AS email, count(DISTINCT gdpr_pseudonym(i::text, 'iban')) AS iban,
       count(DISTINCT gdpr_pseudonym(i::text, 'user_name')) AS user_name
FROM generate_series(1, 5000) i;
SELECT gdpr_pseudonym('ada', 'nam');
\echo :SQLSTATE
SELECT gdpr_pseudonym('ada', 'name', 'klingon');
\echo :SQLSTATE

-- Stable means stable also for parallel workers, each of which has to find the secret by itself.
CREATE TABLE many AS SELECT i, i::text AS value FROM generate_series(1, 20000) i;
ALTER TABLE many SET (parallel_workers = 2);
ANALYZE many;
CREATE TABLE alone AS SELECT md5(string_agg(gdpr_hash(value) || gdpr_pseudonym(value) || gdpr_pseudonym(value, 'name'), '' ORDER BY i))
    FROM many;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT count(DISTINCT gdpr_hash(value)) FROM many WHERE gdpr_hash(value) <> '' AND gdpr_fake_name() <> '';
SELECT count(DISTINCT gdpr_hash(value)) FROM many WHERE gdpr_hash(value) <> '' AND gdpr_fake_name() <> '';
SELECT md5(string_agg(hash || pseudonym || name, '' ORDER BY i)) = (TABLE alone) AS as_the_leader
FROM (SELECT i, gdpr_hash(value) AS hash, gdpr_pseudonym(value) AS pseudonym, gdpr_pseudonym(value, 'name') AS name
      FROM many WHERE gdpr_hash(value) <> '' OFFSET 0) AS parallel;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- gdpr_email: another one each time, at a domain that reaches nobody.
SELECT count(DISTINCT email) AS distinct, bool_and(email ~ '^anon-[0-9a-z]+@example\.invalid$') AS shape
FROM (SELECT gdpr_email() AS email FROM generate_series(1, 10000)) AS e;
SELECT gdpr_email('example.org') LIKE 'anon-%@example.org' AS example_org, gdpr_email('mail.test') LIKE 'anon-%@mail.test' AS test;
SELECT gdpr_email('gmail.com');
\echo :SQLSTATE
SELECT gdpr_email('');
\echo :SQLSTATE
SELECT gdpr_email(NULL) IS NULL AS null;

-- Fakes. Random, and right for what they are.
CREATE TABLE fake AS
SELECT gdpr_fake_name() AS name, gdpr_fake_first_name() AS first_name, gdpr_fake_last_name() AS last_name, gdpr_fake_email() AS email,
       gdpr_fake_phone() AS phone,
       gdpr_fake_company() AS company, gdpr_fake_street() AS street, gdpr_fake_city() AS city, gdpr_fake_postcode() AS postcode,
       gdpr_fake_country() AS country,
       gdpr_fake_iban() AS iban, gdpr_fake_ip() AS ip, gdpr_fake_url() AS url, gdpr_fake_user_name() AS user_name, gdpr_fake_text() AS text
FROM generate_series(1, 500);
SELECT key AS kind, count(DISTINCT value) > 50 AS many, bool_and(value <> '' AND value = btrim(value)) AS not_blank
FROM fake, jsonb_each_text(to_jsonb(fake)) GROUP BY key ORDER BY key;
-- The check digits of an IBAN: country and check digits go to the end, letters become numbers, and the remainder by 97 is 1 (ISO 7064).
CREATE FUNCTION iban_remainder(iban text) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN digit BETWEEN 'A' AND 'Z' THEN (ascii(digit) - 55)::text ELSE digit END, '' ORDER BY place)::numeric % 97
    FROM string_to_table(substr(iban, 5) || left(iban, 4), NULL) WITH ORDINALITY AS d (digit, place)
$$;
SELECT iban_remainder('NL91ABNA0417164300') AS a_valid_one, iban_remainder('NL91ABNA0417164301') = 1 AS a_wrong_one;
SELECT bool_and(iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$') AS shape, bool_and(iban_remainder(iban) = 1) AS check_digits FROM fake;
SELECT bool_and(iban_remainder(gdpr_pseudonym(i::text, 'iban')) = 1) AS check_digits_of_pseudonyms FROM generate_series(1, 200) i;
-- Domains are those that RFC 2606 reserves, for mail and for the web.
SELECT bool_and(email ~* '^[a-z0-9._+-]+@([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.(test|example|invalid))$') AS email,
       bool_and(url ~* '^https?://([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.(test|example|invalid))(/.*)?$') AS url
FROM fake;
SELECT bool_and(phone ~ '^[+0-9 ().x/-]{7,25}$' AND length(regexp_replace(phone, '[^0-9]', '', 'g')) BETWEEN 7 AND 17) AS phone,
       bool_and(user_name ~ '^[A-Za-z0-9._-]+$') AS user_name,
       bool_and(name ~ ' ') AS name, bool_and(country ~ '^[A-Z]') AS country, bool_and(postcode ~ '[0-9]') AS postcode,
       bool_and(ip::inet IS NOT NULL) AS ip
FROM fake;
-- Another language, another name; one that there is not is refused.
SELECT bool_and(gdpr_fake_name(locale) <> '') AS name, bool_and(gdpr_fake_city(locale) <> '') AS city,
       bool_and(gdpr_fake_phone(locale) <> '') AS phone,
       bool_and(iban_remainder(gdpr_fake_iban(locale)) = 1) AS iban
FROM unnest('{en,de,fr}'::text[]) AS locale, generate_series(1, 50);
SELECT gdpr_fake_name('klingon');
\echo :SQLSTATE
SELECT gdpr_fake_iban('klingon');
\echo :SQLSTATE
SELECT gdpr_fake_name(NULL) IS NULL AS null;

-- gdpr_random_text.
SELECT length(gdpr_random_text()) AS default, length(gdpr_random_text(1)) AS one, length(gdpr_random_text(1000)) AS long,
       gdpr_random_text(NULL) IS NULL AS null;
SELECT count(DISTINCT gdpr_random_text(12)) FROM generate_series(1, 10000);
SELECT gdpr_random_text(0);
\echo :SQLSTATE
SELECT gdpr_random_text(-1);
\echo :SQLSTATE

-- gdpr_noise: always another value, within what was said, of the same type.
SELECT pg_typeof(gdpr_noise(1::bigint, 0.1)) AS int8, pg_typeof(gdpr_noise(1::numeric, 0.1)) AS numeric,
       pg_typeof(gdpr_noise(1::float8, 0.1)) AS float8,
       pg_typeof(gdpr_noise(date '2024-01-01', interval '1 day')) AS date,
       pg_typeof(gdpr_noise(timestamp '2024-01-01', interval '1 day')) AS timestamp,
       pg_typeof(gdpr_noise(timestamptz '2024-01-01', interval '1 day')) AS timestamptz;
SELECT v, bool_and(gdpr_noise(v, 0.1) <> v) AS int8, bool_and(gdpr_noise(v::numeric, 0.1) <> v) AS numeric,
       bool_and(gdpr_noise(v::float8, 0.1) <> v) AS float8
FROM unnest('{0,1,-1,2,1000,-1000,9223372036854775807,-9223372036854775808}'::bigint[]) AS v, generate_series(1, 100) GROUP BY v ORDER BY v;
SELECT max(abs(gdpr_noise(1000::bigint, 0.1) - 1000)) <= 100 AS int8, max(abs(gdpr_noise(1000.00, 0.1) - 1000)) <= 100 AS numeric,
       max(abs(gdpr_noise(1000::float8, 0.1) - 1000)) <= 100 AS float8,
       min(gdpr_noise(1000::bigint, 0.1)) < 950 AND max(gdpr_noise(1000::bigint, 0.1)) > 1050 AS both_ways
FROM generate_series(1, 1000);
SELECT bool_and(gdpr_noise(date '2024-06-15', interval '30 days') <> date '2024-06-15') AS differs,
       max(abs(gdpr_noise(date '2024-06-15', interval '30 days') - date '2024-06-15')) <= 30 AS within,
       bool_and(gdpr_noise(timestamp '2024-06-15', interval '1 hour') BETWEEN '2024-06-14 23:00' AND '2024-06-15 01:00') AS timestamp,
       bool_and(gdpr_noise(timestamptz '2024-06-15', interval '1 hour') BETWEEN '2024-06-14 23:00' AND '2024-06-15 01:00') AS timestamptz
FROM generate_series(1, 1000);
SELECT gdpr_noise(NULL::bigint, 0.1) IS NULL AS int8, gdpr_noise(1::bigint, NULL) IS NULL AS ratio,
       gdpr_noise(NULL::date, interval '1 day') IS NULL AS date, gdpr_noise(date '2024-01-01', NULL) IS NULL AS interval;
SELECT gdpr_noise('NaN'::numeric, 0.1) AS numeric, gdpr_noise('infinity'::float8, 0.1) AS float8,
       gdpr_noise('infinity'::date, interval '1 day') AS date, gdpr_noise('-infinity'::timestamptz, interval '1 day') AS timestamptz;
SELECT gdpr_noise(1::bigint, 0);
\echo :SQLSTATE
SELECT gdpr_noise(1::bigint, -1);
\echo :SQLSTATE
SELECT gdpr_noise(date '2024-01-01', interval '0 days');
\echo :SQLSTATE

-- gdpr_generalise: exact.
SELECT gdpr_generalise(date '1815-12-10', 'year') AS year, gdpr_generalise(date '1815-12-10', 'quarter') AS quarter,
       gdpr_generalise(date '1815-12-10', 'month') AS month,
       gdpr_generalise(date '1815-12-10', 'decade') AS decade, gdpr_generalise(date '1815-12-10', 'century') AS century,
       gdpr_generalise(date '1815-12-10', 'day') AS day;
SELECT gdpr_generalise(timestamp '2024-06-15 13:14:15', 'hour') AS timestamp_hour,
       gdpr_generalise(timestamp '2024-06-15 13:14:15', 'day') AS timestamp_day,
       gdpr_generalise(timestamptz '2024-06-15 13:14:15+00', 'month') AS timestamptz_month,
       gdpr_generalise(date '0044-03-15 BC', 'year') AS before_christ;
SELECT v, gdpr_generalise(v, 10::bigint) AS int8, gdpr_generalise(v::numeric + 0.5, 10.0) AS numeric,
       gdpr_generalise(v::float8 + 0.5, 10::float8) AS float8
FROM unnest('{0,1,9,10,11,-1,-10,-11}'::bigint[]) AS v ORDER BY v;
SELECT gdpr_generalise(37.5, 0.25) AS quarters, gdpr_generalise(NULL::bigint, 10::bigint) IS NULL AS null,
       gdpr_generalise(NULL::date, 'year') IS NULL AS no_date, gdpr_generalise(date '2024-01-01', NULL) IS NULL AS no_unit,
       gdpr_generalise('infinity'::date, 'year') AS infinity;
-- In another time zone the month begins at another moment; the outcome is that of UTC wherever it is asked.
SET TimeZone = 'America/New_York';
SELECT gdpr_generalise(timestamptz '2024-06-01 02:00:00+00', 'month') AT TIME ZONE 'UTC' AS month;
SET TimeZone = 'UTC';
SELECT gdpr_generalise(date '2024-01-01', 'fortnight');
\echo :SQLSTATE
SELECT gdpr_generalise(7::bigint, 0::bigint);
\echo :SQLSTATE
SELECT gdpr_generalise(7::numeric, -1::numeric);
\echo :SQLSTATE
SELECT gdpr_generalise(9223372036854775807, 10::bigint) AS largest, gdpr_generalise(-9223372036854775808, 8::bigint) AS smallest;

-- In a view, for whoever may read the view and not the table.
CREATE TABLE person (id int PRIMARY KEY, name text, email text, born date);
INSERT INTO person VALUES (1, 'Ada Lovelace', 'ada@example.org', '1815-12-10');
CREATE VIEW masked AS SELECT id, gdpr_partial(name, 1) AS name, gdpr_hash(email, 8) AS email, gdpr_generalise(born, 'year') AS born
    FROM person;
SELECT id, name, email ~ '^[0-9a-f]{8}$' AS email, born FROM masked;

SET client_min_messages = warning;
DROP SCHEMA masking CASCADE;
