-- Rows that belong to two persons, and nobody has said what that means: actions on either of them refuse.
SELECT CASE WHEN l.shared = 'counted' THEN 'error' ELSE 'notice' END, l.target, array_to_string(l.target_columns, ', '),
       CASE l.shared
         WHEN 'counted' THEN format('%s of table %s %s by %s to another person than by other links, and nobody has declared what that means',
                                    CASE l.shared_rows WHEN 1 THEN '1 row' ELSE l.shared_rows || ' rows' END, l.target::regclass, CASE l.shared_rows WHEN 1 THEN 'leads' ELSE 'lead' END,
                                    array_to_string(l.target_columns, ', '))
         WHEN 'empty' THEN format('rows of table %s can belong to two persons; there are none yet', l.target::regclass)
         ELSE format('rows of table %s can belong to two persons; they could not be counted', l.target::regclass) END,
       format('SELECT gdpr_link(%L, %L, %L, %L, kind => ''accessor'');', l.source::regclass, l.source_columns, l.target::regclass, l.target_columns)
FROM link l
WHERE l.shared IS NOT NULL
