-- Different values of the length of an e-mail address.
CREATE TABLE masked AS SELECT 'customer.' || i || '@example.org' AS value FROM generate_series(1, :values) i;
