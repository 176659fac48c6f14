-- A digest of a value can be found again by whoever tries all values: pseudonymised, and still personal (recital 26). The log and the certificate must not call it anonymised.
SELECT 'warning', r.relation, r.name,
       format('the rule for column %I of table %s makes a digest of the value and calls it anonymous', r.name, r.relation::regclass),
       format('SELECT gdpr_register(%L, rules => %L);', r.relation::regclass, jsonb_set(e.rules, ARRAY[k.key, 'pseudonymous'], 'true'))
FROM rule r
JOIN entry e ON e.relation = r.relation
CROSS JOIN LATERAL (SELECT CASE WHEN e.rules ? r.name THEN r.name ELSE '*' END AS key) k
WHERE r.strategy = 'sql' AND NOT r.pseudonymous
  AND e.rules -> k.key ->> 'expression' ~* '\m(md5|sha1|sha224|sha256|sha384|sha512|digest|hmac|crypt|encrypt|pgp_sym_encrypt|hashtext|hashtextextended|hash_record|gdpr_hash|gdpr_pseudonym|crc32)\s*\('
UNION ALL
SELECT 'warning', r.relation, r.name,
       format('column %I of table %s is kept as anonymous, and looks like a digest', r.name, r.relation::regclass),
       format('SELECT gdpr_register(%L, rules => %L);', r.relation::regclass, e.rules || jsonb_build_object(r.name, 'auto'))
FROM rule r
JOIN entry e ON e.relation = r.relation
WHERE r.strategy = 'keep' AND r.reason ~* 'anonym' AND (r.reason ~* 'hash|digest|pseudonym|md5|sha' OR r.name ~* '(^|_)(hash|hashed|digest|md5|sha1|sha256|pseudonym|token)(_|$)')
UNION ALL
SELECT 'warning', r.relation, r.name,
       format('the facts of table %s call it anonymous, and the rule for column %I leaves a pseudonym', r.relation::regclass, r.name),
       format('SELECT gdpr_register(%L, facts => %L);', e.registered::regclass, e.facts || '{"category": "pseudonymised"}')
FROM rule r
JOIN entry e ON e.relation = r.relation
WHERE r.pseudonymous AND e.facts ->> 'category' ~* 'anonym' AND e.facts ->> 'category' !~* 'pseudonym'
