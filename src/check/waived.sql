, judged AS (
  SELECT f.*, w.waiver, w.reason
  FROM found f
  LEFT JOIN LATERAL (
    SELECT w.ctid AS waiver, w.reason FROM @extschema@.gdpr_waivers w
    WHERE w.code = f.code AND (w.relation IS NULL OR w.relation = f.relation) AND (w."column" IS NULL OR w."column" = f."column")
    ORDER BY w."column" IS NULL, w.relation IS NULL LIMIT 1) w ON true
  WHERE $2::oid[] IS NULL OR f.relation = ANY ($2)
), told(severity, code, relation, "column", message, hint) AS (
  SELECT CASE WHEN waiver IS NULL THEN severity ELSE 'waived' END, code, relation, "column",
         message || CASE WHEN waiver IS NULL THEN '' ELSE '; waived: ' || reason END, hint
  FROM judged
  UNION ALL
  -- What a waiver is for is gone: the next finding of this kind would be waived unseen.
  SELECT 'warning', 'stale_waiver', w.relation, w."column", format('the waiver of %s waives nothing (%s)', w.code, w.reason),
         format('SELECT gdpr_unwaive(%L%s%s);', w.code, ', ' || quote_literal(w.relation::regclass::text), ', ' || quote_literal(w."column"))
  FROM @extschema@.gdpr_waivers w
  WHERE ($2::oid[] IS NULL OR w.relation = ANY ($2))
    AND NOT EXISTS (SELECT FROM found f WHERE w.code = f.code AND (w.relation IS NULL OR w.relation = f.relation)
                                          AND (w."column" IS NULL OR w."column" = f."column"))
)
SELECT severity, code, relation, "column", message, hint
FROM told
ORDER BY array_position('{error,warning,notice,waived}', severity), code COLLATE "C", relation::regclass::text COLLATE "C" NULLS FIRST, "column" COLLATE "C" NULLS FIRST, message COLLATE "C"
