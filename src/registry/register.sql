-- NULL means "not given": a new entry gets the default, an old one keeps what it has.
INSERT INTO @extschema@.gdpr_registry AS r (relation, rules, subject, on_erase, ground, search, export, facts, key, hooks, created)
VALUES ($1, coalesce($2, '{}'::jsonb), coalesce($3, false), $4, $5, coalesce($6, '{}'::text[]),
        coalesce($7, '{}'::jsonb), coalesce($8, '{}'::jsonb), $9, coalesce($10, '{}'::jsonb), $11)
ON CONFLICT (relation) DO UPDATE SET
  rules = coalesce($2, r.rules),
  subject = coalesce($3, r.subject),
  on_erase = coalesce($4, r.on_erase),
  ground = coalesce($5, r.ground),
  search = coalesce($6, r.search),
  export = coalesce($7, r.export),
  facts = coalesce($8, r.facts),
  key = coalesce($9, r.key),
  hooks = coalesce($10, r.hooks),
  created = coalesce($11, r.created)
