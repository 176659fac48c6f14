-- A table as one finds it, with texts of its own in every row. `stored` is what each round begins with: the two sides get copies of it.
CREATE TABLE stored AS
SELECT i AS id, 'customer.' || i || '@example.org' AS email, initcap(left(md5('name' || i), 8)) || ' ' || initcap(left(md5('last' || i), 10)) AS name,
       '+45 ' || 20000000 + i AS phone, initcap(left(md5('street' || i), 12)) || ' ' || i % 200 AS street,
       1000 + i % 8999 AS postcode, (i % 90000 / 100.0)::numeric(12, 2) AS total, timestamptz '2020-01-01 00:00Z' + i * interval '7 minutes' AS placed_at,
       (ARRAY['paid', 'sent', 'done'])[1 + i % 3] AS status
FROM generate_series(1, :rows) i;
ALTER TABLE stored ALTER id SET NOT NULL;
