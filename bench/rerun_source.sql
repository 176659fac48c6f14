-- In the restored database: what its log has lost, from the events of few calls in `bulk`, and the same keys for who deletes by hand.

-- Who was each row's, as they are here again. A key, and a customer or an account.
CREATE TEMP TABLE gone AS
SELECT e.id, e.relation, k.key, k.n FROM bulk e CROSS JOIN LATERAL jsonb_array_elements(e.keys) WITH ORDINALITY k(key, n);
ANALYZE gone;
CREATE TEMP TABLE owned AS
SELECT g.id, g.n, g.relation, g.key, o.owner
FROM gone g
JOIN (SELECT 'public.customer' AS relation, to_jsonb(id) AS key, 'customer ' || id AS owner FROM customer
      UNION ALL SELECT 'public.address', to_jsonb(id), 'customer ' || customer_id FROM address
      UNION ALL SELECT 'public.orders', to_jsonb(id), 'customer ' || customer_id FROM orders
      UNION ALL SELECT 'public.order_line', to_jsonb(l.id), 'customer ' || o.customer_id FROM order_line l JOIN orders o ON o.id = l.order_id
      UNION ALL SELECT 'public.session', to_jsonb(id), 'customer ' || customer_id FROM session
      UNION ALL SELECT 'public.visit', to_jsonb(id), 'customer ' || customer_id FROM visit
      UNION ALL SELECT 'public.ticket', to_jsonb(id), 'customer ' || customer_id FROM ticket
      UNION ALL SELECT 'public.ticket_reply', to_jsonb(r.id), 'customer ' || t.customer_id FROM ticket_reply r JOIN ticket t ON t.id = r.ticket_id
      UNION ALL SELECT 'public.account', to_jsonb(id), 'account ' || id FROM account
      UNION ALL SELECT 'public.profile', to_jsonb(id), 'account ' || account_id FROM profile) o USING (relation, key);
-- No other table is a reader's.
INSERT INTO owned SELECT id, n, relation, key, 'reader ' || n FROM gone WHERE relation = 'public.newsletter';
ANALYZE owned;

-- One event for each row, as if everybody had been alone: a transaction and a request for each owner, one after the other, and in it the order of the call.
CREATE TABLE single (LIKE gdpr_log.event);
INSERT INTO single
SELECT (o.moment || '7' || lpad(to_hex(o.place), 3, '0') || '8' || substr(md5(o.relation || o.key), 1, 15))::uuid,
       (o.moment || '70008' || substr(md5(o.owner), 1, 15))::uuid, to_timestamp(o.ms / 1000.0), (e.transaction::text::bigint + o.turn)::text::xid8,
       e."session_user", e."current_user", e.call, e.subject, e.relation, e.action, 1, e.key_columns, jsonb_build_array(o.key), e.columns,
       substr(e.fingerprints, (o.n::int - 1) * 4 * cardinality(e.columns) + 1, 4 * cardinality(e.columns)),
       e.ground, e.registry_version, e.reason, e.origin
FROM (SELECT *, lpad(to_hex(ms), 12, '0') AS moment
      FROM (SELECT *, dense_rank() OVER (ORDER BY md5(owner)) AS turn, dense_rank() OVER (ORDER BY id) AS place FROM owned) t
      CROSS JOIN LATERAL (SELECT extract(epoch FROM now())::bigint * 1000 - 1000000 + turn) m(ms)) o
JOIN bulk e USING (id)
ORDER BY 1;

CREATE TABLE bulk_of_text AS SELECT * FROM bulk WHERE relation = 'public.newsletter';
CREATE TABLE single_of_text AS SELECT * FROM single WHERE relation = 'public.newsletter';
DELETE FROM bulk WHERE relation = 'public.newsletter';
DELETE FROM single WHERE relation = 'public.newsletter';

CREATE SCHEMA keys;
SELECT format('CREATE TABLE keys.%I AS SELECT t.id FROM %1$I t JOIN owned o ON o.relation = %L AND o.key = to_jsonb(t.id)', relname, 'public.' || relname)
FROM unnest('{customer,address,orders,order_line,session,visit,ticket,ticket_reply,account,profile}'::text[]) relname \gexec
CREATE TABLE keys.newsletter AS SELECT email FROM (SELECT email, row_number() OVER (ORDER BY email) AS n FROM newsletter) t WHERE n % 10 = 0;

-- What one would write: static statements, children first, each table once.
CREATE FUNCTION rerun_by_hand() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    done bigint := 0;
    n bigint;
BEGIN
    DELETE FROM order_line t USING keys.order_line k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM ticket_reply t USING keys.ticket_reply k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM orders t USING keys.orders k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM ticket t USING keys.ticket k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM address t USING keys.address k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM session t USING keys.session k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM visit t USING keys.visit k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    DELETE FROM customer t USING keys.customer k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    UPDATE account t SET login = '', email = '' FROM keys.account k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    UPDATE profile t SET nick = '', about = NULL FROM keys.profile k WHERE t.id = k.id;
    GET DIAGNOSTICS n = ROW_COUNT; done := done + n;
    RETURN done;
END $$;
CREATE FUNCTION rerun_text_by_hand() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    DELETE FROM newsletter t USING keys.newsletter k WHERE t.email = k.email;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;
VACUUM (ANALYZE);
