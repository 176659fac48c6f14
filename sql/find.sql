-- gdpr_find: the whole database searched for a text, registered or not.
--
-- gdpr_find decides what is read and sums up; find_needle prepares the text, once; find_condition says for a type what finding it means; find_statement
-- is one statement for all columns of a table, which gdpr_internal.find_counts runs with the rights of the table's owner. A SELECT alone would run an owner's
-- code with those of the caller: what is constant in the expressions of an index or of extended statistics, the planner computes.
-- The text itself is a parameter of that statement ($1), never a part of it.

-- The value of a type that a text reads as, as the type itself prints it in whatever session; NULL if it reads as none.
CREATE FUNCTION gdpr_internal.find_reading(term text, type text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reading text;
BEGIN
  EXECUTE pg_catalog.format('SELECT pg_catalog.to_jsonb($1::pg_catalog.%I) #>> ''{}''', type) INTO reading USING term;
  RETURN reading;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$;

-- A regular expression for a text that is in lower case already. In JSON and XML a character can be written in other ways: é as \u00e9 or &#233;
-- Letters and digits of ASCII, which everybody writes as they are, are taken as they are.
CREATE FUNCTION gdpr_internal.find_pattern(lowered text, upper text, kind text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  is_utf8 boolean := pg_catalog.getdatabaseencoding() = 'UTF8';
  -- Only where every character has its own capital can it be told which of them it is.
  has_capitals boolean := pg_catalog.length(upper) = pg_catalog.length(lowered);
BEGIN
  RETURN (
    SELECT pg_catalog.string_agg(
             CASE WHEN kind = 'text' OR c.small COLLATE "C" ~ '[a-z0-9 @._,:;()-]' THEN c.literal
                  ELSE '(?:' || pg_catalog.concat_ws('|',
                    CASE WHEN kind = 'json' AND c.small IN ('"', '\') THEN '\\' || c.literal
                         WHEN kind = 'json' AND c.small = '/' THEN '\\?/'
                         ELSE c.literal END,
                    CASE WHEN kind = 'json' THEN '\\' || ('{b,t,n,NULL,f,r}'::text[])[pg_catalog.ascii(c.small) - 7]
                         ELSE '{"&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "''": "&apos;"}'::jsonb ->> c.small END,
                    CASE WHEN is_utf8 THEN (
                      SELECT pg_catalog.string_agg(DISTINCT
                               CASE WHEN kind = 'xml' THEN pg_catalog.format('&#0*%s;|&#x0*%s;', code, pg_catalog.to_hex(code))
                                    WHEN code < 65536 THEN '\\u' || pg_catalog.lpad(pg_catalog.to_hex(code), 4, '0')
                                    ELSE '\\u' || pg_catalog.to_hex(55232 + code / 1024) || '\\u' || pg_catalog.to_hex(56320 + code % 1024) END, '|')
                      FROM (VALUES (pg_catalog.ascii(c.small)), (pg_catalog.ascii(c.capital))) codes(code)) END) || ')' END, '' ORDER BY c.place)
    FROM (SELECT i, pg_catalog.substr(lowered, i, 1), pg_catalog.substr(CASE WHEN has_capitals THEN upper ELSE lowered END, i, 1),
                 pg_catalog.regexp_replace(pg_catalog.substr(lowered, i, 1) COLLATE "C", '[!-/:-@[-`{-~]', '\\\&')
          FROM pg_catalog.generate_series(1, pg_catalog.length(lowered)) i) c(place, small, capital, literal));
END $$;

-- The collation that knows small and capital letters beyond ASCII: of a database of locale C it is not its own.
CREATE FUNCTION gdpr_internal.find_fold(needle jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN (needle ->> 'is_icu')::boolean THEN 'pg_catalog."und-x-icu"' ELSE 'pg_catalog."default"' END;
END $$;

-- What the statements are told about the text. Anybody can make up another: nothing of it becomes a part of a statement.
CREATE FUNCTION gdpr_internal.find_needle(term text, match text) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  blanks text := E' \t\r\n';
  is_utf8 boolean := pg_catalog.getdatabaseencoding() = 'UTF8';
  is_icu boolean := false;
  fold text;
  -- Accents as a part of the letter and as characters of their own.
  forms text[] := ARRAY[pg_catalog.btrim(term, blanks)];
  lowered text[];
  uppered text[];
  plain text;
  run text;
  types jsonb := '{}';
  kind text;
  reading text;
  readings text[];
  digits text;
  day text;
BEGIN
  IF is_utf8 THEN
    forms := ARRAY[pg_catalog.normalize(forms[1], 'NFC')] || pg_catalog.array_remove(ARRAY[pg_catalog.normalize(forms[1], 'NFD')], pg_catalog.normalize(forms[1], 'NFC'));
    IF pg_catalog.lower(pg_catalog.chr(201)) <> pg_catalog.chr(233)
       AND EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collname = 'und-x-icu' AND collnamespace = 'pg_catalog'::regnamespace) THEN
      is_icu := true;
    END IF;
  END IF;
  fold := gdpr_internal.find_fold(pg_catalog.jsonb_build_object('is_icu', is_icu));
  EXECUTE pg_catalog.format('SELECT pg_catalog.array_agg(pg_catalog.lower(f COLLATE %1$s) ORDER BY n), pg_catalog.array_agg(pg_catalog.upper(f COLLATE %1$s) ORDER BY n)
                             FROM pg_catalog.unnest($1) WITH ORDINALITY u(f, n)', fold) INTO lowered, uppered USING forms;
  plain := pg_catalog.lower(forms[1] COLLATE "C");
  -- The longest part that stands in a value as it stands here, but for capitals of ASCII, whatever the locale, and whatever JSON or XML do to a character.
  -- In some languages, or for some signs (U+0130, U+212A), i and k become what is not ASCII, and the other way.
  SELECT r.part INTO run FROM pg_catalog.regexp_split_to_table(plain COLLATE "C", '[^a-z0-9 @._,:;()-]+|[ik]+') r(part) ORDER BY pg_catalog.length(r.part) DESC LIMIT 1;
  -- A blank, or a single letter, stands in nearly every value.
  IF pg_catalog.length(pg_catalog.btrim(run)) < 2 AND run <> plain THEN
    run := '';
  END IF;
  -- Types whose values are equal or not.
  digits := CASE WHEN pg_catalog.btrim(term, blanks) ~ '^[+(]?[0-9][0-9 ()./-]{5,}$' THEN pg_catalog.regexp_replace(term, '[^0-9]', '', 'g') END;
  FOREACH kind IN ARRAY '{int2,int4,int8,numeric,float4,float8,uuid,inet,macaddr,macaddr8,date,timestamp,timestamptz}'::text[] LOOP
    -- Without a digit it is a word that stands for a time, or for what is no number.
    CONTINUE WHEN kind NOT IN ('uuid', 'macaddr', 'macaddr8') AND forms[1] !~ '[0-9]' OR kind = 'date' AND forms[1] ~ ':';
    readings := pg_catalog.array_remove(ARRAY[gdpr_internal.find_reading(forms[1], kind)], NULL);
    IF pg_catalog.length(digits) > 6 AND kind IN ('int2', 'int4', 'int8', 'numeric', 'float8') THEN
      reading := gdpr_internal.find_reading(digits, kind);
      readings := readings || pg_catalog.array_remove(ARRAY[reading], readings[1]);
    END IF;
    readings := pg_catalog.array_remove(readings, NULL);
    IF readings <> '{}' THEN
      types := types || pg_catalog.jsonb_build_object(kind, readings);
    END IF;
  END LOOP;
  day := types #>> '{date,0}';
  RETURN pg_catalog.jsonb_build_object(
    'match', match, 'forms', forms, 'plain', plain, 'run', run, 'is_icu', is_icu,
    -- By which it is told that a value has accents as characters of their own.
    'mark', CASE WHEN forms[2] IS NOT NULL THEN (
      SELECT pg_catalog.min(pg_catalog.right(pg_catalog.normalize(c, 'NFD'), 1) COLLATE "C")
      FROM pg_catalog.regexp_split_to_table(forms[1], '') c WHERE pg_catalog.normalize(c, 'NFD') COLLATE "C" <> c) END, 'blanks', blanks, 'types', types, 'day', day,
    'is_utf8', is_utf8, 'is_ascii', plain COLLATE "C" ~ '^[\x01-\x7f]*$', 'is_bare', plain COLLATE "C" ~ '^[a-z0-9 @._,:;()-]*$', 'is_run', plain = run,
    'is_number', plain ~ '^-?[0-9][0-9.e+-]*$',
    'word', gdpr_internal.find_pattern(plain, plain, 'text'),
    'text', (SELECT pg_catalog.string_agg(gdpr_internal.find_pattern(l, u, 'text'), '|') FROM ROWS FROM (pg_catalog.unnest(lowered), pg_catalog.unnest(uppered)) x(l, u)),
    'json', (SELECT pg_catalog.string_agg(gdpr_internal.find_pattern(l, u, 'json'), '|') FROM ROWS FROM (pg_catalog.unnest(lowered), pg_catalog.unnest(uppered)) x(l, u)),
    'xml', (SELECT pg_catalog.string_agg(gdpr_internal.find_pattern(l, u, 'xml'), '|') FROM ROWS FROM (pg_catalog.unnest(lowered), pg_catalog.unnest(uppered)) x(l, u)),
    'bytes', (SELECT pg_catalog.array_agg(DISTINCT pg_catalog.encode(pg_catalog.convert_to(spelling, 'UTF8'), 'hex'))
              FROM (SELECT pg_catalog.unnest(forms || lowered || uppered) UNION ALL SELECT pg_catalog.initcap(l) FROM pg_catalog.unnest(lowered) l) s(spelling)),
    'lexemes', pg_catalog.tsvector_to_array(pg_catalog.to_tsvector(forms[1])));
END $$;

-- Finding the text in an expression of type text. First the part that is compared byte by byte, which takes a sixth of the time of ILIKE and says no to nearly
-- every value; only what is left is read once more, with all letters of its language.
CREATE FUNCTION gdpr_internal.find_in_text(value text, fold text, needle jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  found text := CASE needle ->> 'match'
    WHEN 'contains' THEN 'strpos(%1$s, %2$s) > 0'
    WHEN 'exact' THEN 'btrim(%1$s, $1 ->> ''blanks'') = %2$s'
    WHEN 'prefix' THEN 'starts_with(ltrim(%1$s, $1 ->> ''blanks''), %2$s)'
    WHEN 'word' THEN '(%1$s) COLLATE %4$s ~ (''(?<![[:alnum:]])(?:'' || ($1 ->> ''%3$s'') || '')(?![[:alnum:]])'')' END;
  bytes text := pg_catalog.format('lower(%s COLLATE "C")', value);
  likely text := pg_catalog.format('strpos(%s, $1 ->> ''run'') > 0', bytes);
  conditions text[];
BEGIN
  IF (needle ->> 'is_run')::boolean AND needle ->> 'match' = 'contains' THEN
    RETURN likely;
  END IF;
  IF (needle ->> 'is_ascii')::boolean THEN
    conditions := ARRAY[pg_catalog.format(found, bytes, '($1 ->> ''plain'')', 'word', gdpr_internal.find_fold(needle))];
  END IF;
  IF NOT (needle ->> 'is_run')::boolean THEN
    conditions := conditions || (
      SELECT pg_catalog.format(CASE WHEN (needle ->> 'is_ascii')::boolean AND (needle ->> 'is_utf8')::boolean THEN 'octet_length(%2$s) <> length(%2$s) AND ' ELSE '' END || '(%1$s)',
               pg_catalog.string_agg(CASE WHEN n = 1 THEN '' ELSE pg_catalog.format('strpos(%s COLLATE "C", $1 ->> ''mark'') > 0 AND ', value) END
                 || pg_catalog.format(found, pg_catalog.format('lower(%s COLLATE %s) COLLATE "C"', value, fold),
                                      pg_catalog.format('(lower(($1 #>> ''{forms,%s}'') COLLATE %s) COLLATE "C")', n - 1, fold), 'text', gdpr_internal.find_fold(needle)), ' OR '), value)
      FROM pg_catalog.generate_series(1, pg_catalog.jsonb_array_length(needle -> 'forms')) n);
  END IF;
  RETURN pg_catalog.format(CASE WHEN needle ->> 'run' = '' THEN '(%2$s)' ELSE '%1$s AND (%2$s)' END, likely, pg_catalog.array_to_string(conditions, ' OR '));
END $$;

-- Finding it in the text of a document, whose characters can be written in other ways, and whose values are parts of the text.
CREATE FUNCTION gdpr_internal.find_in_document(value text, kind text, needle jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  -- Over strings as wholes, up to a place that is in none.
  outside text := '^(?:[^"]|"(?:[^"\\]|\\.)*")*';
  blanks text := '(?:[[:space:]]|\\[nrt])*';
  match text := needle ->> 'match';
  before text := '';
  after text := '';
  pattern text;
  likely text;
  found text;
BEGIN
  likely := gdpr_internal.find_in_text(value, gdpr_internal.find_fold(needle), needle);
  IF match = 'contains' AND (needle ->> 'is_bare')::boolean AND kind = 'xml' THEN
    RETURN likely;
  END IF;
  IF match = 'word' THEN
    -- Of what JSON writes as \u, that of ASCII and Latin-1 which is no letter, punctuation, and signs beyond the first plane are no part of a word.
    before := CASE WHEN kind = 'json' THEN '(?:^|[^[:alnum:]\\]|(?<!\\)(?:\\\\)+|(?<!\\)(?:\\\\)*\\(?:[bfnrt]|u(?:00(?:[012ab][0-9a-f]|3[a-f]|[46]0|[57][b-f])|20[0-6][0-9a-f]|d[c-f][0-9a-f]{2})))' ELSE '(?:^|[^[:alnum:]])' END;
    after := CASE WHEN kind = 'json' THEN '(?![[:alnum:]]|\\u(?:00[4-7c-f]|0[1-9a-f]|1|2[1-9a-f]|[3-9a-cef]|d[0-7]))' ELSE '(?![[:alnum:]])' END;
  ELSIF match = 'contains' THEN
    -- Not from the middle of what stands for another character on: the second of two backslashes, the letter of \n, the digits of \u00e9.
    before := CASE WHEN kind = 'json' THEN '(?<!(?:^|[^\\])(?:\\\\)*\\u[0-9a-f]{0,3})(?<!\\)(?:\\\\)*' ELSE '' END;
  ELSE
    before := CASE WHEN kind = 'json' THEN outside || '"' || blanks ELSE '(?:^|[>"'']|cdata\[)[[:space:]]*' END;
    after := CASE WHEN match = 'prefix' THEN '' WHEN kind = 'json' THEN blanks || '"' ELSE '[[:space:]]*(?:$|[<"'']|\]\])' END;
  END IF;
  pattern := pg_catalog.format('%L || ($1 ->> %L) || %L', before || '(?:', kind, ')' || after);
  -- A number stands outside of all strings.
  IF kind = 'json' AND match IN ('exact', 'prefix') AND (needle ->> 'is_number')::boolean THEN
    pattern := pattern || pg_catalog.format(' || %L || ($1 ->> ''json'') || %L', '|' || outside || '(?:^|[[{:,[:space:]])(?:',
                                            CASE WHEN match = 'exact' THEN ')(?:$|[]},[:space:]])' ELSE ')' END);
  END IF;
  found := pg_catalog.format('lower(%s COLLATE %s) ~ (%s)', value, gdpr_internal.find_fold(needle), pattern);
  -- A document without a backslash stands there as it is.
  IF match = 'contains' AND (needle ->> 'is_bare')::boolean THEN
    RETURN pg_catalog.format('(%s) AND (strpos(%s, %L) = 0 OR %s)', likely, value, '\', found);
  END IF;
  RETURN CASE WHEN needle ->> 'run' = '' THEN '' ELSE pg_catalog.format('strpos(lower(%s COLLATE "C"), $1 ->> ''run'') > 0 AND ', value) END || found;
END $$;

-- What finding the text in a value of a type means, as a condition over the expression `value`; NULL for a type that is not searched. It holds no function of
-- anybody but PostgreSQL: a cast of somebody's type could be one, so that such values are taken apart, or printed by their type.
CREATE FUNCTION gdpr_internal.find_condition(value text, type oid, locale oid, depth integer, needle jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  t pg_catalog.pg_type;
  fold text;
  inner_value text := pg_catalog.format('u%s.v', depth);
  is_builtin boolean;
  name text;
  of_range pg_catalog.pg_range;
  of_elements text;
  is_found text;
BEGIN
  LOOP
    SELECT * INTO t FROM pg_catalog.pg_type WHERE oid = type;
    EXIT WHEN t.typtype IS DISTINCT FROM 'd';
    type := t.typbasetype;
  END LOOP;
  is_builtin := t.typnamespace = 'pg_catalog'::regnamespace;
  -- The address is what a network is searched by.
  name := CASE WHEN t.typname = 'cidr' THEN 'inet' ELSE t.typname END;
  of_elements := pg_catalog.format('EXISTS (SELECT FROM (SELECT unnest(%s) AS v) u%s WHERE ', value, depth);
  -- The column's own collation says what a capital is; one that only knows ASCII does not.
  fold := coalesce((SELECT pg_catalog.format('%I.%I', n.nspname, c.collname)
                    FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
                    WHERE c.oid = locale AND c.collprovider <> 'd' AND c.collname NOT IN ('C', 'POSIX', 'ucs_basic') AND c.collctype IS DISTINCT FROM 'C'
                      AND c.collctype IS DISTINCT FROM 'POSIX'), gdpr_internal.find_fold(needle));
  IF t.typtype = 'b' AND t.typcategory = 'S' THEN
    RETURN gdpr_internal.find_in_text(pg_catalog.format('(%s)::text', value), fold, needle);
  ELSIF t.typtype = 'c' THEN
    RETURN (SELECT '(' || pg_catalog.string_agg(c.condition, ' OR ' ORDER BY c.attnum) || ')'
            FROM (SELECT a.attnum, gdpr_internal.find_condition(pg_catalog.format('(%s).%I', value, a.attname), a.atttypid, a.attcollation, depth, needle)
                  FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) c(attnum, condition));
  ELSIF t.typtype = 'r' THEN
    SELECT * INTO of_range FROM pg_catalog.pg_range WHERE rngtypid = type;
    RETURN '(' || gdpr_internal.find_condition(pg_catalog.format('lower(%s)', value), of_range.rngsubtype, of_range.rngcollation, depth, needle) || ' OR '
               || gdpr_internal.find_condition(pg_catalog.format('upper(%s)', value), of_range.rngsubtype, of_range.rngcollation, depth, needle) || ')';
  ELSIF t.typtype = 'm' THEN
    SELECT * INTO of_range FROM pg_catalog.pg_range WHERE rngmultitypid = type;
    RETURN of_elements || gdpr_internal.find_condition(inner_value, of_range.rngtypid, 0, depth + 1, needle) || ')';
  ELSIF t.typtype <> 'b' THEN
    RETURN NULL;
  ELSIF t.typcategory = 'A' AND t.typname NOT IN ('int2vector', 'oidvector') THEN
    is_found := gdpr_internal.find_condition(inner_value, t.typelem, locale, depth + 1, needle);
    -- An array of texts is one text whose parts a character separates that is in none of them.
    IF is_found IS NOT NULL AND gdpr_internal.find_is_text(t.typelem) THEN
      value := pg_catalog.format('array_to_string(%s, chr(1))', value);
      RETURN CASE WHEN needle ->> 'match' IN ('contains', 'word') THEN gdpr_internal.find_in_text(value, fold, needle)
                  ELSE CASE WHEN needle ->> 'run' = '' THEN '' ELSE pg_catalog.format('strpos(lower(%s COLLATE "C"), $1 ->> ''run'') > 0 AND ', value) END
                       || of_elements || is_found || ')' END;
    END IF;
    RETURN of_elements || is_found || ')';
  ELSIF is_builtin AND t.typname IN ('json', 'jsonb') THEN
    RETURN gdpr_internal.find_in_document(pg_catalog.format('(%s)::text', value), 'json', needle);
  ELSIF is_builtin AND t.typname = 'xml' THEN
    RETURN gdpr_internal.find_in_document(pg_catalog.format('(%s)::text', value), 'xml', needle);
  ELSIF NOT is_builtin AND t.typname = 'hstore' THEN
    RETURN gdpr_internal.find_in_document(pg_catalog.format('format(''%%s'', %s)', value), 'json', needle);
  ELSIF NOT is_builtin AND t.typname = 'ltree' THEN
    RETURN gdpr_internal.find_in_text(pg_catalog.format('format(''%%s'', %s)', value), fold, needle);
  ELSIF is_builtin AND t.typname = 'bytea' THEN
    RETURN (SELECT '(' || pg_catalog.string_agg(pg_catalog.format(
                     CASE needle ->> 'match' WHEN 'exact' THEN '%1$s = %2$s' WHEN 'prefix' THEN 'substring(%1$s, 1, length(%2$s)) = %2$s' ELSE 'position(%2$s IN %1$s) > 0' END,
                     value, pg_catalog.format('decode($1 #>> ''{bytes,%s}'', ''hex'')', n - 1)), ' OR ' ORDER BY n) || ')'
            FROM pg_catalog.generate_series(1, pg_catalog.jsonb_array_length(needle -> 'bytes')) n);
  ELSIF is_builtin AND t.typname = 'tsvector' THEN
    -- Words as a dictionary has left them.
    RETURN pg_catalog.format('(%s OR (jsonb_array_length($1 -> ''lexemes'') > 0 AND tsvector_to_array(%s) @> ARRAY(SELECT jsonb_array_elements_text($1 -> ''lexemes''))))',
      gdpr_internal.find_condition(pg_catalog.format('tsvector_to_array(%s)', value), 'text[]'::regtype, locale, depth, needle), value);
  ELSIF is_builtin AND t.typname IN ('timestamp', 'timestamptz') AND needle ->> 'day' IS NOT NULL THEN
    RETURN pg_catalog.format('(%1$s >= ($1 ->> ''day'')::date AND %1$s < ($1 ->> ''day'')::date + 1)', value);
  ELSIF is_builtin THEN
    RETURN (SELECT '(' || pg_catalog.string_agg(pg_catalog.format(CASE WHEN name = 'inet' THEN 'host(%1$s) = host(%2$s)' ELSE '%1$s = %2$s' END, value,
                     pg_catalog.format('($1 #>> ''{types,%s,%s}'')::%1$s', name, n - 1)), ' OR ' ORDER BY n) || ')'
            FROM pg_catalog.generate_series(1, pg_catalog.jsonb_array_length(needle -> 'types' -> name)) n);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION gdpr_internal.find_is_text(type oid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (WITH RECURSIVE base(oid) AS (
            SELECT type UNION SELECT t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
          SELECT pg_catalog.bool_or(t.typtype = 'b' AND t.typcategory = 'S') FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid);
END $$;

-- The statement that counts in one pass over a table the rows in which the text is found, for each of these columns. Its names are found in pg_catalog: whoever runs it
-- sees to that. `via` is the table itself, or the partitioned table that the caller reads it through: it is his rights on that which count. 42501 if they do not suffice.
CREATE FUNCTION gdpr_internal.find_statement(relation regclass, via regclass, columns name[], needle jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind "char" := (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = relation);
  counts text;
BEGIN
  IF (relation = via OR via IN (SELECT relid FROM pg_catalog.pg_partition_ancestors(relation))) IS NOT TRUE
     OR (SELECT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE') FROM pg_catalog.pg_class c WHERE c.oid = via AND c.relkind IN ('r', 'p', 'm', 'f')) IS NOT TRUE
     OR pg_catalog.row_security_active(via)
     OR EXISTS (SELECT FROM pg_catalog.unnest(columns) c(name) WHERE pg_catalog.has_column_privilege(via, c.name::text, 'SELECT') IS NOT TRUE) THEN
    RAISE EXCEPTION 'permission denied for table %', via USING ERRCODE = 'insufficient_privilege', HINT = 'GRANT SELECT on these columns of it to the role that calls this function.';
  END IF;
  SELECT pg_catalog.string_agg(pg_catalog.format('count(*) FILTER (WHERE %s)',
           gdpr_internal.find_condition('t.' || pg_catalog.quote_ident(c.name), a.atttypid, a.attcollation, 1, needle)), ', ' ORDER BY c.place)
  INTO counts
  FROM pg_catalog.unnest(columns) WITH ORDINALITY c(name, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped;
  RETURN pg_catalog.format('SELECT ARRAY[%s] FROM %s t', counts,
    CASE kind WHEN 'r' THEN 'ONLY ' || relation::text
              -- What is counted here is not counted there: the text does not go to another server.
              WHEN 'f' THEN pg_catalog.format('(SELECT %s FROM %s OFFSET 0)', (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ') FROM pg_catalog.unnest(columns) name),
                                              relation)
              ELSE relation::text END);
END $$;

CREATE FUNCTION gdpr_find(term text, match text DEFAULT 'contains', schemas name[] DEFAULT NULL,
  OUT relation regclass, OUT "column" text, OUT rows bigint, OUT registered boolean, OUT rule text) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 50
-- To compile the statements takes longer than it saves: they are another for each table, and their time goes into comparing texts.
SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
  needle jsonb;
  kind oid;
  types oid[] := '{}';
  target record;
  piece regclass;
  found bigint[];
  counts bigint[];
  unread text[] := '{}';
BEGIN
  -- What was given is not repeated in any of these messages: somebody may have taken one argument for another.
  IF term IS NULL OR match IS NULL THEN
    RAISE EXCEPTION '% must not be NULL', CASE WHEN term IS NULL THEN 'term' ELSE 'match' END USING ERRCODE = 'null_value_not_allowed',
      HINT = 'Give a value; what can be left out has a default.';
  ELSIF pg_catalog.btrim(term, E' \t\r\n') = '' THEN
    RAISE EXCEPTION 'term is blank' USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a text to search for, such as an e-mail address.';
  ELSIF pg_catalog.length(term) > 1000 THEN
    RAISE EXCEPTION 'term has more than 1,000 characters' USING ERRCODE = 'invalid_parameter_value', HINT = 'A part of it will do.';
  ELSIF match NOT IN ('contains', 'exact', 'prefix', 'word') THEN
    RAISE EXCEPTION 'match is none that gdpr_find knows' USING ERRCODE = 'invalid_parameter_value', HINT = 'It is one of: contains, exact, prefix, word.';
  ELSIF EXISTS (SELECT FROM pg_catalog.unnest(schemas) s(name) WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = s.name)) THEN
    RAISE EXCEPTION 'schemas names a schema that does not exist' USING ERRCODE = 'invalid_schema_name', HINT = 'Give their names as an array: ''{shop,crm}''.';
  ELSIF schemas = '{}' OR EXISTS (SELECT FROM pg_catalog.unnest(schemas) name WHERE NOT gdpr_internal.find_is_searched(name)) THEN
    RAISE EXCEPTION 'schemas names a schema that gdpr_find does not search, or none' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'PostgreSQL''s own schemas and those of gdpr_ext are not searched. Leave it out to search all others.';
  END IF;
  PERFORM gdpr_internal.log_find();
  needle := gdpr_internal.find_needle(term, match);
  -- The types of columns in which there is something to search. Where a plan is logged, it shows what stands in a WHERE: the text must not.
  FOR kind IN
    SELECT DISTINCT a.atttypid FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND a.atttypid <> 0 AND c.relkind IN ('r', 'p', 'm', 'f') AND c.relnamespace <> 'pg_catalog'::regnamespace
  LOOP
    IF gdpr_internal.find_condition('t.v', kind, 0, 1, needle) IS NOT NULL THEN
      types := types || kind;
    END IF;
  END LOOP;

  FOR target IN
    WITH candidate AS MATERIALIZED (
      SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, pg_catalog.row_security_active(c.oid) AS is_limited,
             pg_catalog.array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE p.readable) AS columns,
             pg_catalog.array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE NOT p.readable) AS hidden
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = ANY (types)
      CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'), false)) p(readable)
      -- A materialized view that was never refreshed has no rows, and cannot be asked.
      WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relispopulated
        AND (schemas IS NULL OR n.nspname = ANY (schemas)) AND gdpr_internal.find_is_searched(n.nspname) AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
                          AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND e.extname = 'gdpr_ext')
      GROUP BY c.oid, n.nspname, c.relname, c.relkind, c.relispartition
    ), whole AS (
      SELECT c.oid FROM candidate c WHERE c.columns IS NOT NULL AND NOT c.is_limited
    )
    SELECT c.oid::regclass AS relation, c.relkind, CASE WHEN NOT c.is_limited THEN c.columns END AS columns, c.hidden, c.is_limited
    FROM candidate c
    -- A partition is read with the table that it is a part of, if the caller may read that.
    WHERE NOT c.relispartition OR NOT EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) p JOIN whole w ON w.oid = p.relid WHERE p.relid <> c.oid)
    ORDER BY c.nspname, c.relname
  LOOP
    IF target.columns IS NULL OR target.hidden IS NOT NULL THEN
      unread := unread || (target.relation::text || CASE WHEN target.is_limited THEN ' (row security)' WHEN target.columns IS NULL THEN ''
                                                         ELSE pg_catalog.format(' (%s)', pg_catalog.array_to_string(target.hidden, ', ')) END);
    END IF;
    CONTINUE WHEN target.columns IS NULL;
    RAISE DEBUG 'gdpr_find reads %', target.relation;
    counts := NULL;
    -- Partitions of several owners are read one by one, each as its own owner. So are those on other servers, any of which may fail.
    FOR piece IN
      SELECT target.relation WHERE target.relkind <> 'p'
      UNION ALL
      SELECT CASE WHEN tree.is_simple THEN target.relation ELSE leaf.oid::regclass END
      FROM (SELECT pg_catalog.count(DISTINCT c.relowner) = 1 AND pg_catalog.bool_and(c.relkind <> 'f'), pg_catalog.array_agg(c.oid) FILTER (WHERE c.relkind <> 'p')
            FROM pg_catalog.pg_partition_tree(target.relation) p JOIN pg_catalog.pg_class c ON c.oid = p.relid) tree(is_simple, leaves)
      CROSS JOIN LATERAL pg_catalog.unnest(CASE WHEN tree.is_simple THEN ARRAY[target.relation::oid] ELSE tree.leaves END) leaf(oid)
      WHERE target.relkind = 'p'
    LOOP
      BEGIN
        found := gdpr_internal.find_counts(piece, target.relation, target.columns, needle);
        SELECT pg_catalog.array_agg(coalesce(f.n, 0) + coalesce(c.n, 0) ORDER BY f.place) INTO counts
        FROM pg_catalog.unnest(found) WITH ORDINALITY f(n, place) LEFT JOIN pg_catalog.unnest(counts) WITH ORDINALITY c(n, place) USING (place);
      EXCEPTION WHEN OTHERS THEN
        -- What is about the session ends the search.
        IF SQLSTATE ~ '^(40|53|57)' THEN
          RAISE;
        END IF;
        -- What was dropped meanwhile holds nothing. Of anything else the message is not passed on, since it can hold values of rows.
        IF EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = piece) THEN
          RAISE WARNING 'table % could not be searched (SQLSTATE %)', piece, SQLSTATE USING HINT = 'What it holds is not in the answer.';
        END IF;
      END;
    END LOOP;
    RETURN QUERY
      SELECT target.relation, f.name::text, f.n, r.relation IS NOT NULL, r.rule
      FROM ROWS FROM (pg_catalog.unnest(target.columns), pg_catalog.unnest(counts)) WITH ORDINALITY f(name, n, place)
      LEFT JOIN gdpr_internal.find_rule r ON r.relation = target.relation AND r."column" = f.name
      WHERE f.n > 0 ORDER BY f.place;
  END LOOP;
  IF unread <> '{}' THEN
    RAISE NOTICE '% could not be read, or not wholly: %', CASE WHEN unread[2] IS NULL THEN '1 table' ELSE pg_catalog.cardinality(unread) || ' tables' END,
      pg_catalog.array_to_string(unread[1:5], ', ') || CASE WHEN unread[6] IS NULL THEN '' ELSE pg_catalog.format(' and %s more', pg_catalog.cardinality(unread) - 5) END
      USING HINT = 'What they hold there is not in the answer. It takes SELECT on them, and a role that their policies do not limit.';
  END IF;
END $$;

CREATE FUNCTION gdpr_internal.find_is_searched(schema name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT schema NOT IN ('pg_catalog', 'information_schema', 'gdpr_log', 'gdpr_internal') AND schema !~ '^pg_toast'
$$;

-- What the registry says of columns that the reader may read, for those who may call gdpr_find: of the table itself, or else of the nearest one that it is a partition or an heir of.
CREATE VIEW gdpr_internal.find_rule WITH (security_barrier) AS
  WITH RECURSIVE family(relation, registered, distance) AS (
    SELECT r.relation::pg_catalog.oid, r.relation, 0 FROM @extschema@.gdpr_registry r
    UNION ALL
    SELECT i.inhrelid, f.registered, f.distance OPERATOR(pg_catalog.+) 1 FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) f.relation
  )
  SELECT DISTINCT ON (a.attrelid, a.attnum) a.attrelid::pg_catalog.regclass AS relation, a.attname AS "column",
         CASE WHEN pg_catalog.jsonb_typeof(u.rule) OPERATOR(pg_catalog.=) 'object' THEN u.rule OPERATOR(pg_catalog.->>) 'strategy' ELSE u.rule OPERATOR(pg_catalog.#>>) '{}' END AS rule
  FROM family f
  JOIN @extschema@.gdpr_registry r ON r.relation OPERATOR(pg_catalog.=) f.registered
  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) f.relation AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
  CROSS JOIN LATERAL (SELECT COALESCE(r.rules OPERATOR(pg_catalog.->) a.attname::pg_catalog.text,
    -- What is a part of a key or a reference, or made by the server, is not meant by "*".
    CASE WHEN a.attgenerated OPERATOR(pg_catalog.=) '' AND a.attidentity OPERATOR(pg_catalog.<>) 'a'
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                           WHERE k.conrelid OPERATOR(pg_catalog.=) a.attrelid AND k.contype OPERATOR(pg_catalog.=) ANY ('{p,f}') AND a.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)
                              OR k.confrelid OPERATOR(pg_catalog.=) a.attrelid AND k.contype OPERATOR(pg_catalog.=) 'f' AND a.attnum OPERATOR(pg_catalog.=) ANY (k.confkey))
         THEN r.rules OPERATOR(pg_catalog.->) '*' END) AS rule) u
  WHERE pg_catalog.has_function_privilege('@extschema@.gdpr_find(pg_catalog.text,pg_catalog.text,pg_catalog.name[])'::pg_catalog.regprocedure, 'EXECUTE')
    AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
  ORDER BY a.attrelid, a.attnum, f.distance;

COMMENT ON FUNCTION gdpr_find(text, text, name[]) IS 'In which columns of the whole database, registered or not, a text is found, and in how many rows of each (Art. 15, 17, 30 GDPR). match: contains, exact, prefix or word. Tables that the caller may not read are left out, and a NOTICE says so. 22004 for NULL, 22023 for a blank term, an unknown match or a schema that is not searched, 3F000 for an unknown schema';
COMMENT ON FUNCTION gdpr_internal.find_counts(regclass, regclass, name[], jsonb) IS 'Internal: the rows of a table in which gdpr_find finds its text, for each column';
COMMENT ON FUNCTION gdpr_internal.log_find() IS 'Internal: logs a call of gdpr_find';
COMMENT ON FUNCTION gdpr_internal.find_reading(text, text) IS 'Internal: the value of a type that a text reads as';
COMMENT ON FUNCTION gdpr_internal.find_pattern(text, text, text) IS 'Internal: a regular expression for a text';
COMMENT ON FUNCTION gdpr_internal.find_fold(jsonb) IS 'Internal: the collation by which small and capital letters are told';
COMMENT ON FUNCTION gdpr_internal.find_needle(text, text) IS 'Internal: what gdpr_find searches for';
COMMENT ON FUNCTION gdpr_internal.find_in_text(text, text, jsonb) IS 'Internal: finding a text in a text, as a condition';
COMMENT ON FUNCTION gdpr_internal.find_in_document(text, text, jsonb) IS 'Internal: finding a text in JSON or XML, as a condition';
COMMENT ON FUNCTION gdpr_internal.find_condition(text, oid, oid, integer, jsonb) IS 'Internal: finding a text in a value of a type, as a condition';
COMMENT ON FUNCTION gdpr_internal.find_is_text(oid) IS 'Internal: whether a type is a text or a domain over one';
COMMENT ON FUNCTION gdpr_internal.find_statement(regclass, regclass, name[], jsonb) IS 'Internal: the statement that reads a table for gdpr_find. 42501 for what the caller may not read';
COMMENT ON FUNCTION gdpr_internal.find_is_searched(name) IS 'Internal: whether gdpr_find searches a schema';
COMMENT ON VIEW gdpr_internal.find_rule IS 'Internal: what the registry says of columns, for gdpr_find';

REVOKE ALL ON FUNCTION gdpr_find(text, text, name[]) FROM PUBLIC;
-- The others tell nothing that their caller could not find out with a SELECT.
GRANT SELECT ON gdpr_internal.find_rule TO PUBLIC;
