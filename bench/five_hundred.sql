-- 500 tables that refer to the person directly, each with an index on the reference. Five of them have rows: ten per person.
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL);
INSERT INTO person SELECT i, md5('name' || i), md5('mail' || i) || '@example.org' FROM generate_series(1, 1000) i;

DO $$
BEGIN
    FOR i IN 1..500 LOOP
        EXECUTE format('CREATE TABLE part_%s (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, label text NOT NULL,'
                       ' at timestamptz NOT NULL, amount numeric)', i);
        EXECUTE format('CREATE INDEX ON part_%s (person_id)', i);
        -- One transaction for all would hold more locks than the lock table of a default cluster has room for.
        COMMIT;
    END LOOP;
    FOR i IN 100..500 BY 100 LOOP
        EXECUTE format('INSERT INTO part_%s SELECT i, 1 + i * 379 %% 1000, md5(i::text), timestamptz ''2024-01-01 00:00Z'' + i * interval ''1 minute'','
                       ' i / 100.0 FROM generate_series(1, 10000) i', i);
    END LOOP;
END $$;
