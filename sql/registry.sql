-- Functions that statements of ours call by name: in a schema in which nobody else can make one that fits better.
CREATE SCHEMA gdpr_internal;
GRANT USAGE ON SCHEMA gdpr_internal TO PUBLIC;
COMMENT ON SCHEMA gdpr_internal IS 'Functions that gdpr_ext calls itself';

-- The registry: what is personal, and the links that no foreign key states. A user's own data, hence dumped.

CREATE TABLE @extschema@.gdpr_registry (
  relation regclass PRIMARY KEY,
  subject  boolean NOT NULL DEFAULT false,
  rules    jsonb   NOT NULL DEFAULT '{}',
  on_erase text,
  ground   text,
  search   text[]  NOT NULL DEFAULT '{}',
  export   jsonb   NOT NULL DEFAULT '{}',
  facts    jsonb   NOT NULL DEFAULT '{}',
  key      text[],
  hooks    jsonb   NOT NULL DEFAULT '{}',
  created  text,
  CONSTRAINT on_erase_is_known CHECK (on_erase OPERATOR(pg_catalog.=) ANY ('{delete,anonymise,keep}')),
  CONSTRAINT keep_needs_ground CHECK (coalesce(on_erase, '') OPERATOR(pg_catalog.<>) 'keep'
                                      OR coalesce(ground, '') OPERATOR(pg_catalog.<>) '')
);

CREATE TABLE @extschema@.gdpr_links (
  source         regclass NOT NULL,
  source_columns text[]   NOT NULL,
  target         regclass NOT NULL,
  target_columns text[]   NOT NULL,
  kind           text     NOT NULL DEFAULT 'owner',
  condition      text,
  CONSTRAINT kind_is_known CHECK (kind OPERATOR(pg_catalog.=) ANY ('{owner,accessor,context,ignore}')),
  CONSTRAINT columns_are_pairs CHECK (
    pg_catalog.cardinality(source_columns) OPERATOR(pg_catalog.=) pg_catalog.cardinality(target_columns)
    AND pg_catalog.cardinality(source_columns) OPERATOR(pg_catalog.>) 0)
);

-- The column pairs of a link, in whatever order they are written: what makes two links the same.
CREATE FUNCTION gdpr_pairs(source_columns text[], target_columns text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.array_agg(pg_catalog.jsonb_build_array(s, t)::text ORDER BY s COLLATE "C", t COLLATE "C")
  FROM ROWS FROM (pg_catalog.unnest(source_columns), pg_catalog.unnest(target_columns)) u(s, t)
$$;

CREATE UNIQUE INDEX gdpr_links_key ON @extschema@.gdpr_links
  (source, target, @extschema@.gdpr_pairs(source_columns, target_columns));

-- ON DELETE ANONYMISE of foreign keys.
CREATE TABLE @extschema@.gdpr_on_delete (
  relation regclass NOT NULL,
  columns  text[]   NOT NULL,
  action   text     NOT NULL,
  PRIMARY KEY (relation, columns),
  CONSTRAINT action_is_known CHECK (action OPERATOR(pg_catalog.=) ANY ('{SET NULL,SET DEFAULT}'))
);

-- The foreign keys that these are: over the same columns, in whatever order they are written.
CREATE VIEW @extschema@.gdpr_on_delete_key AS
  SELECT d.relation, d.columns, d.action, k.oid AS foreign_key, k.confrelid AS referenced
  FROM @extschema@.gdpr_on_delete d
  JOIN pg_catalog.pg_constraint k ON k.conrelid OPERATOR(pg_catalog.=) d.relation::pg_catalog.oid
  WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conparentid OPERATOR(pg_catalog.=) 0
    AND (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attname::pg_catalog.text) FROM pg_catalog.pg_attribute a
         WHERE a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum OPERATOR(pg_catalog.=) ANY (k.conkey))
        OPERATOR(pg_catalog.=) (SELECT pg_catalog.array_agg(name ORDER BY name) FROM pg_catalog.unnest(d.columns) name);

-- Stores outside the database, which only code can reach. The functions stand here by their names: pg_upgrade refuses a database with a column of type regproc.
CREATE TABLE @extschema@.gdpr_sources (
  name     text  PRIMARY KEY,
  collect  text  NOT NULL,
  erase    text,
  relation regclass,
  ground   text,
  label    text,
  facts    jsonb NOT NULL DEFAULT '{}'
);

SELECT pg_catalog.pg_extension_config_dump('@extschema@.gdpr_registry', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.gdpr_links', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.gdpr_on_delete', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.gdpr_sources', '');

-- What the names in the registry meant when they were last looked at, so that a rename can be told from a drop.
-- It follows from the registry and the catalog, hence it is not dumped.
CREATE TABLE @extschema@.gdpr_known_column (
  relation oid      NOT NULL,
  number   smallint NOT NULL,
  name     name     NOT NULL,
  type     oid      NOT NULL,  -- what it was of when its rule was given
  told     oid,                -- the other type that DDL has given it, and of which somebody was warned
  PRIMARY KEY (relation, number)
);

CREATE TABLE @extschema@.gdpr_known_expression (
  inner_relation oid  NOT NULL,
  outer_relation oid  NOT NULL,  -- 0 for an expression over one table
  expression     text NOT NULL,
  tree           text NOT NULL,  -- as this major version of PostgreSQL prints it
  version        integer NOT NULL,
  inner_columns  smallint[] NOT NULL,
  outer_columns  smallint[] NOT NULL,
  PRIMARY KEY (inner_relation, outer_relation, expression)
);

-- Functions are told apart by their oids: what was made anew under the name of one that was dropped is another function.
CREATE TABLE @extschema@.gdpr_known_function (
  source   text    NOT NULL,
  action   text    NOT NULL,  -- collect or erase
  function oid     NOT NULL,
  version  integer NOT NULL,  -- pg_upgrade gives functions other oids
  PRIMARY KEY (source, action)
);

REVOKE ALL ON @extschema@.gdpr_registry, @extschema@.gdpr_links, @extschema@.gdpr_on_delete, @extschema@.gdpr_on_delete_key, @extschema@.gdpr_sources,
  @extschema@.gdpr_known_column, @extschema@.gdpr_known_expression, @extschema@.gdpr_known_function FROM PUBLIC;

COMMENT ON FUNCTION gdpr_pairs(text[], text[]) IS 'Internal: what makes two links the same';
COMMENT ON TABLE gdpr_registry IS 'Which tables hold personal data, and what to do with it (Art. 15, 17, 30 GDPR). Written by gdpr_register; direct changes are checked alike';
COMMENT ON TABLE gdpr_links IS 'Links beside and instead of foreign keys. Written by gdpr_link; direct changes are checked alike';
COMMENT ON TABLE gdpr_on_delete IS 'Foreign keys whose rows are anonymised when the row that they reference is deleted. Written by gdpr_on_delete; direct changes are checked alike';
COMMENT ON VIEW gdpr_on_delete_key IS 'Internal: the foreign keys that gdpr_on_delete names';
COMMENT ON COLUMN gdpr_on_delete.columns IS 'The referencing columns';
COMMENT ON COLUMN gdpr_on_delete.action IS 'SET NULL or SET DEFAULT: what becomes of the key';
COMMENT ON TABLE gdpr_sources IS 'Stores outside the database (Art. 15, 17, 30 GDPR). Written by gdpr_register_source; direct changes are checked alike';
COMMENT ON COLUMN gdpr_sources.collect IS 'The function (relation regclass, keys jsonb) that returns what it holds: SETOF jsonb';
COMMENT ON COLUMN gdpr_sources.erase IS 'The function (relation regclass, keys jsonb, action text) that erases it and returns a report: SETOF jsonb';
COMMENT ON COLUMN gdpr_sources.relation IS 'The table whose rows it is about; NULL: all persons of all subjects';
COMMENT ON COLUMN gdpr_sources.ground IS 'Why what it holds is kept, where it has no function that erases: Art. 17(3)';
COMMENT ON COLUMN gdpr_sources.label IS 'What people call it';
COMMENT ON COLUMN gdpr_sources.facts IS 'Art. 15(1) and 30(1): purpose, legal basis, category, recipients, ...';
COMMENT ON TABLE gdpr_known_function IS 'Internal: functions as last seen, to follow renames';
COMMENT ON TABLE gdpr_known_column IS 'Internal: column names as last seen, to follow renames, and types as they were when rules were given';
COMMENT ON TABLE gdpr_known_expression IS 'Internal: parse trees of declared expressions, to follow renames';
COMMENT ON COLUMN gdpr_registry.subject IS 'The rows are people';
COMMENT ON COLUMN gdpr_registry.rules IS 'Column to rule: what anonymising does to it';
COMMENT ON COLUMN gdpr_registry.on_erase IS 'delete, anonymise, or keep on a ground';
COMMENT ON COLUMN gdpr_registry.ground IS 'Why rows are kept: Art. 17(3)';
COMMENT ON COLUMN gdpr_registry.search IS 'What a person is searched by: a column, alone or with exact, prefix or contains, or function schema.name';
COMMENT ON COLUMN gdpr_registry.export IS 'What exports show: include, exclude, order, labels, label, label_expression, transform, derived, disclose';
COMMENT ON COLUMN gdpr_registry.facts IS 'Art. 15(1) and 30(1): purpose, legal basis, category, recipients, ...';
COMMENT ON COLUMN gdpr_registry.key IS 'Columns that identify a row, where no unique index says so';
COMMENT ON COLUMN gdpr_registry.created IS 'The column that says when a row was made: by it a rerun tells a person from a later one with the same id';
COMMENT ON COLUMN gdpr_registry.hooks IS 'before and after: functions (relation regclass, keys jsonb) that are called around a change';
COMMENT ON COLUMN gdpr_links.kind IS 'owner, accessor, context or ignore';
COMMENT ON COLUMN gdpr_links.condition IS 'SQL over source and target that must hold besides';
