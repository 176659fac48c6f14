"""What an entry says of exports is its table owner's text: it is run as her or not at all, and shows the person nothing but her own tables.

Mallory owns a table of which a superuser makes documents. By a label expression, a transform, the names and labels of columns, and by values she
tries to read what is not hers, to gain rights, and to bring markup to the page that the person opens.
"""

import html.parser
import io
import json
import zipfile

import psycopg
import pytest

TABLES = """
CREATE TABLE mallory.person (id int PRIMARY KEY, name text);
CREATE TABLE mallory.shop (id int PRIMARY KEY, name text);
CREATE TABLE mallory.note (id int PRIMARY KEY, person_id int REFERENCES mallory.person, shop_id int REFERENCES mallory.shop, body text);
INSERT INTO mallory.person VALUES (1, 'Ada');
INSERT INTO mallory.shop VALUES (5, 'Tea');
INSERT INTO mallory.note VALUES (11, 1, 5, 'hello');
CREATE FUNCTION mallory.make(of_row jsonb) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); RETURN of_row; END';
"""
REGISTER = "SELECT gdpr_register('mallory.person', subject => true), gdpr_register('mallory.note'), gdpr_register('mallory.shop')"
CALLS = [
    f"SELECT {function}('mallory.person', 1, '{mode}')"
    for function in ("gdpr_export", "gdpr_export_html", "gdpr_export_archive")
    for mode in ("access", "portability")
]
SECRET = "Nobody else reads this"


@pytest.fixture
def registered(mallory):
    mallory.does(TABLES)
    mallory.connection.execute(REGISTER)
    return mallory


def register(table, export):
    return f"SELECT gdpr_register('mallory.{table}', export => $json${json.dumps(export)}$json$)"


def document(mallory):
    return mallory.connection.execute("SELECT gdpr_export('mallory.person', 1)").fetchone()[0]


def section(mallory, relation):
    return next(s for s in document(mallory)["sections"] if s["relation"] == relation)


# A text that is run


@pytest.mark.parametrize("table", ["person", "shop"])
def test_a_label_expression(registered, table):
    registered.robs_a_superuser(f"SELECT mallory.same(name) FROM mallory.{table}")
    registered.gains_nothing(register(table, {"label_expression": "mallory.same(name)"}), *CALLS)


@pytest.mark.parametrize("table", ["person", "note"])
def test_a_transform(registered, table):
    """It cannot even count that it was called: it may not write."""
    registered.robs_a_superuser("SELECT mallory.make('{}')")
    registered.gains_nothing(register(table, {"transform": "mallory.make"}), *CALLS, runs=False, refused="25006")


READERS = {
    "who": "current_user::text",
    "diary": "(SELECT line FROM diary.page LIMIT 1)",
    "file": "pg_catalog.pg_read_file('PG_VERSION')",
    "secret": "(SELECT secret::text FROM gdpr_log.secret LIMIT 1)",
    "log": "(SELECT count(*) FROM gdpr_log.event)",
}


def create_reader(mallory, query):
    """A function of hers that reads, writes nothing, and tells what it got or the error."""
    mallory.does(
        "CREATE OR REPLACE FUNCTION mallory.read() RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN "
        f"RETURN 'got ' || {query}; EXCEPTION WHEN OTHERS THEN RETURN 'refused ' || SQLSTATE; END $$"
    )


@pytest.mark.parametrize("what", READERS)
def test_a_label_expression_reads_as_her(registered, what):
    create_reader(registered, READERS[what])
    assert registered.connection.execute("SELECT mallory.read()").fetchone()[0].startswith("got ")  # a superuser would tell her
    registered.connection.execute(register("person", {"label_expression": "mallory.read()"}))
    name = document(registered)["subject"]["name"]
    assert name == ("got regress_mallory" if what == "who" else "refused 42501")
    registered.connection.execute(register("shop", {"label_expression": "mallory.read()"}))
    assert section(registered, "mallory.note")["data"][0]["shop"] == name


@pytest.mark.parametrize("what", READERS)
def test_a_transform_reads_as_her(registered, what):
    create_reader(registered, READERS[what])
    registered.does(
        "CREATE FUNCTION mallory.told(of_row jsonb) RETURNS jsonb STABLE LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN jsonb_build_object('told', mallory.read()); END $$"
    )
    registered.connection.execute(register("note", {"transform": "mallory.told"}))
    told = section(registered, "mallory.note")["data"][0]["told"]
    assert told == ("got regress_mallory" if what == "who" else "refused 42501")


@pytest.mark.parametrize("change", [
    "UPDATE mallory.person SET name = 'Eve'", "INSERT INTO mallory.note VALUES (99)", "CREATE TABLE mallory.copy AS SELECT 1",
    "SELECT nextval('mallory.got_diary')", "SELECT set_config('transaction_read_only', 'off', true)", "SET LOCAL transaction_read_only = off",
    "NOTIFY told, 'hello'",
])  # fmt: skip
def test_a_transform_writes_nothing(registered, change):
    """Neither to her own tables: a document is read. What she sets is not set for what follows."""
    registered.does(
        f"CREATE FUNCTION mallory.write(of_row jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN EXECUTE $q${change}$q$; "
        "UPDATE mallory.note SET body = 'changed'; RETURN of_row; END $$"
    )
    registered.connection.execute(register("note", {"transform": "mallory.write"}))
    for call in CALLS:
        with pytest.raises(psycopg.Error) as raised:
            registered.connection.execute(call)
        # 25001: a transaction that may not write does not become one that may.
        assert raised.value.sqlstate == ("25001" if "transaction_read_only" in change else "25006")
    assert registered.connection.execute("SELECT name, body FROM mallory.person p, mallory.note").fetchall() == [("Ada", "hello")]
    assert registered.connection.execute("SELECT count(*) FROM gdpr_log.event").fetchone() == (0,)
    # The session writes as before.
    registered.connection.execute("CREATE TEMP TABLE mine (); DROP TABLE mine")


def test_written_past_the_function(registered):
    """She may write the registry herself: it is checked, and run, as what an administrator registers."""
    registered.connection.execute("GRANT SELECT, UPDATE ON gdpr_registry TO regress_mallory")
    for export in ({"label_expression": "mallory.same(name)"}, {"transform": "mallory.make"}):
        registered.does(f"UPDATE gdpr_registry SET export = $json${json.dumps(export)}$json$ WHERE relation = 'mallory.person'::regclass")
        registered.has_nothing(registered.seen(*CALLS))


@pytest.mark.parametrize("expression", [
    "(SELECT line FROM diary.page)", "name FROM diary.page --", "name) FROM mallory.person; ALTER ROLE regress_mallory SUPERUSER; --",
    "name); SELECT pg_catalog.pg_sleep(9", "pg_catalog.nextval('mallory.got_diary')",
])  # fmt: skip
def test_text_that_is_more_than_an_expression(registered, expression):
    connection = registered.connection
    connection.execute("GRANT SELECT, UPDATE ON gdpr_registry TO regress_mallory")
    with pytest.raises(psycopg.Error):
        connection.execute(register("person", {"label_expression": expression}))
    direct = f"UPDATE gdpr_registry SET export = $json${json.dumps({'label_expression': expression})}$json$"
    with pytest.raises(psycopg.Error):
        registered.does(direct)
    seen = registered.seen(*CALLS)
    assert not seen.errors
    registered.has_nothing(seen)
    assert document(registered)["subject"]["name"] is None


@pytest.mark.parametrize("name", [
    "mallory.make(of_row jsonb); DROP TABLE diary.page", "mallory.make\", pg_read_file('PG_VERSION'), \"x", "pg_catalog.to_jsonb",
])  # fmt: skip
def test_text_that_is_more_than_a_function(registered, name):
    with pytest.raises(psycopg.Error) as raised:
        registered.connection.execute(register("person", {"transform": name}))
    assert raised.value.sqlstate in ("42883", "42804", "42602", "42601", "22023")
    assert registered.connection.execute("SELECT count(*) FROM diary.page").fetchone() == (1,)


def test_a_function_that_she_may_not_call(registered):
    """A transform that is somebody else's is called with her rights, too, and not with those of the one who exports."""
    registered.connection.execute(
        "CREATE FUNCTION diary.whole(jsonb) RETURNS jsonb LANGUAGE sql SECURITY DEFINER AS 'SELECT jsonb_build_object(''line'', line) FROM diary.page';"
        "REVOKE ALL ON FUNCTION diary.whole FROM PUBLIC; GRANT USAGE ON SCHEMA diary TO regress_mallory"
    )
    refusals = registered.seen(register("person", {"transform": "diary.whole"}), *CALLS).errors
    assert refusals and {error.sqlstate for error in refusals} == {"42501"}


def test_a_caller_is_not_shown_what_he_may_not_read(registered):
    """The clerk may read notes and not the diary. A context link to the diary does not tell him what its pages are called."""
    connection = registered.connection
    connection.execute(
        "GRANT USAGE ON SCHEMA mallory, diary TO regress_clerk; GRANT SELECT ON ALL TABLES IN SCHEMA mallory TO regress_clerk;"
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_clerk;"
        "ALTER TABLE mallory.note ADD page int DEFAULT 1;"
        "SELECT gdpr_link('diary.page', '{id}', 'mallory.note', '{page}', kind => 'context');"
        """SELECT gdpr_register('diary.page', export => '{"label_expression": "line"}')"""
    )
    assert section(registered, "mallory.note")["data"][0]["page"] == SECRET
    connection.execute("SET ROLE regress_clerk")
    try:
        for call in CALLS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="diary.page"):
                connection.execute(call)
    finally:
        connection.execute("RESET ROLE")


def test_names_in_front_of_ours(registered):
    """Her schema in the caller's search_path does not say what the statements of an export mean."""
    registered.does(
        "CREATE FUNCTION mallory.unnest(jsonb[]) RETURNS SETOF jsonb IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM mallory.attack(); END';"
        "CREATE FUNCTION mallory.to_jsonb(anyelement) RETURNS jsonb IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM mallory.attack(); RETURN ''{}''; END';"
        "CREATE FUNCTION mallory.equal(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM mallory.attack(); RETURN $1 OPERATOR(pg_catalog.=) $2; END';"
        "CREATE OPERATOR mallory.= (LEFTARG = int, RIGHTARG = int, FUNCTION = mallory.equal)"
    )
    registered.does("CREATE FUNCTION mallory.plain(of_row jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS 'SELECT of_row'")
    registered.connection.execute(register("note", {"transform": "mallory.plain"}))
    registered.connection.execute(register("shop", {"label_expression": "name"}))
    registered.connection.execute("SET search_path = mallory, pg_catalog, public")
    registered.robs_a_superuser("SELECT 1 FROM person WHERE id = 1")
    seen = registered.seen(*CALLS)
    registered.connection.execute("RESET search_path")
    assert not seen.errors
    assert seen.as_mallory == 0 and seen.as_another == 0
    registered.has_nothing(seen)


# Texts that are shown

MARKUP = '"></td></table><script>attack()</script><img src=x onerror=attack()><a href="javascript:attack()">x</a><style>*{display:none}</style><!--'
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "h4", "h5", "p", "dl", "dt", "dd", "div", "span", "main",
    "section", "nav", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "caption", "time", "footer", "details", "summary", "code",
    "strong", "em", "b", "i", "article", "abbr", "bdi", "colgroup", "col", "pre", "small", "wbr", "br", "hr", "aside", "data", "q",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """The tags and attributes of a page, and its visible text."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.styles, self.comments, self.inside = [], [], [], 0, 0, None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        self.inside = tag
        self.styles += tag == "style"

    def handle_data(self, data):
        if self.inside != "style":
            self.text.append(data)

    def handle_endtag(self, tag):
        self.inside = None

    def handle_comment(self, data):
        self.comments += 1


def page(mallory, mode="access"):
    return Page(mallory.connection.execute("SELECT gdpr_export_html('mallory.person', 1, %s)", (mode,)).fetchone()[0])


def is_harmless(page):
    assert set(page.tags) <= ALLOWED, set(page.tags) - ALLOWED
    assert page.styles == 1 and page.comments == 0
    assert page.tags.count("title") == 1
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("href", "src", "action", "formaction", "data", "srcdoc", "xlink:href"):
            assert name == "href" and (value.startswith("#")), (tag, name, value)


def make_everything_markup(mallory):
    """Wherever a text of hers gets to the page: values, keys of json, names of tables and columns, labels, facts, what rows are called."""
    quoted = '"' + MARKUP[:50].replace('"', '""') + '"'
    mallory.does(
        f"ALTER TABLE mallory.note RENAME body TO {quoted}; ALTER TABLE mallory.note ADD doc jsonb, ADD list text[], ADD raw json"
    )
    connection = mallory.connection
    connection.execute(
        f"UPDATE mallory.note SET {quoted} = %(m)s, doc = jsonb_build_object(%(m)s::text, jsonb_build_array(%(m)s::text)),"
        " list = ARRAY[%(m)s::text, NULL], raw = json_build_object(%(m)s::text, %(m)s::text)", {"m": MARKUP},
    )
    connection.execute("UPDATE mallory.person SET name = %s", (MARKUP,))
    connection.execute("UPDATE mallory.shop SET name = %s", (MARKUP,))
    facts = dict.fromkeys(
        ("purpose", "legal_basis", "category", "recipients", "transfers", "retention", "source", "automated_decisions", "label", "controller",
         "contact", "data_protection_officer", "supervisory_authority"), MARKUP,
    )  # fmt: skip
    facts["recipients"] = [MARKUP, MARKUP + "2"]
    connection.execute("SELECT gdpr_register('mallory.person', facts => %s::jsonb)", (json.dumps(facts),))
    connection.execute(register("person", {"label_expression": "name", "label": MARKUP, "labels": {"id": MARKUP}}))
    connection.execute(register("shop", {"label_expression": "name"}))
    connection.execute(register("note", {"label": MARKUP, "labels": {"id": MARKUP}}))
    mallory.does(f"ALTER TABLE mallory.note RENAME TO {quoted}")


@pytest.mark.parametrize("mode", ["access", "portability"])
def test_markup_is_text(registered, mode):
    make_everything_markup(registered)
    shown = page(registered, mode)
    is_harmless(shown)
    text = "".join(shown.text)
    assert text.count("<script>attack()</script>") >= 6  # it is there, to be read


def test_markup_from_a_transform(registered):
    """Keys and values that she makes up, and names of columns that are not in the table."""
    registered.does(
        "CREATE FUNCTION mallory.marked(of_row jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS "
        f"$f$ SELECT jsonb_build_object($m${MARKUP}$m$, jsonb_build_object($m${MARKUP}$m$, ARRAY[$m${MARKUP}$m$])) $f$"
    )
    registered.connection.execute(register("note", {"transform": "mallory.marked"}))
    shown = page(registered)
    is_harmless(shown)
    assert "<script>attack()</script>" in "".join(shown.text)


def test_names_of_files_stay_in_the_archive(registered):
    """Names of tables are names of files in the zip: none leads out of the folder that it is unpacked to."""
    registered.does(r'ALTER TABLE mallory.note RENAME TO "../../../etc/cron.d/x"')
    registered.does(r'CREATE TABLE mallory."..\..\con" (id int PRIMARY KEY, person_id int REFERENCES mallory.person, b text)')
    registered.does(r'''INSERT INTO mallory."..\..\con" VALUES (1, 1, '=cmd|calc')''')
    registered.connection.execute(r'''SELECT gdpr_register('mallory."..\..\con"')''')
    content = registered.connection.execute("SELECT gdpr_export_archive('mallory.person', 1)").fetchone()[0]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)) == 6
        for name in names:
            assert ".." not in name and "\\" not in name and not name.startswith("/") and name.count("/") <= 1 and name.isascii()
        written = [archive.read(name).decode("utf-8-sig") for name in names if name.endswith(".csv")]
    assert any("'=cmd|calc" in text for text in written) and not any('"=cmd|calc' in text or ",=cmd" in text for text in written)


def test_a_document_cannot_be_broken_out_of(registered):
    """Labels that look like keys of the document stand where columns stand: the head is the server's."""
    registered.connection.execute(register("note", {"labels": {"id": "format", "body": "sections", "person_id": "redacted", "shop_id": '", "x": "'}}))
    registered.connection.execute(register("person", {"labels": {"id": "__proto__", "name": "rows"}}))
    found = document(registered)
    assert (found["format"], found["rows"], len(found["sections"])) == ("gdpr_ext export 1", 2, 2)
    assert found["sections"][1]["data"] == [{"format": 11, "redacted": 1, '", "x": "': 5, "sections": "hello"}]
    assert found["sections"][0]["data"] == [{"__proto__": 1, "rows": "Ada"}]


# Messages


def test_errors_do_not_show_values(registered):
    """What her code raises could be a value of a row that the caller may not see in his log. Only its SQLSTATE is passed on."""
    registered.does(
        "CREATE FUNCTION mallory.shout(text) RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'it is %', $1 USING DETAIL = $1, HINT = $1, ERRCODE = '58030', TABLE = $1, COLUMN = $1, CONSTRAINT = $1,"
        " DATATYPE = $1; END $$;"
        "CREATE FUNCTION mallory.shout_row(of_row jsonb) RETURNS jsonb STABLE LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM mallory.shout(of_row->>''body''); RETURN of_row; END'"
    )
    for column in ("note SET body", "shop SET name", "person SET name"):
        registered.connection.execute(f"UPDATE mallory.{column} = 'Lovelace-1815'")
    for table, export in (
        ("person", {"label_expression": "mallory.shout(name)"}), ("shop", {"label_expression": "mallory.shout(name)"}),
        ("note", {"transform": "mallory.shout_row"}), ("person", {"label_expression": "(name::int)::text"}),
    ):  # fmt: skip
        registered.connection.execute(register(table, export))
        notices = []
        registered.connection.add_notice_handler(lambda diag: notices.append(f"{diag.message_primary} {diag.message_detail} {diag.message_hint}"))
        for call in CALLS:
            with pytest.raises(psycopg.Error) as raised:
                registered.connection.execute(call)
            diag = raised.value.diag
            assert raised.value.sqlstate in ("58030", "22P02")
            fields = [getattr(diag, name) for name in dir(diag) if not name.startswith("_") and isinstance(getattr(diag, name), str)]
            assert not [field for field in fields if "Lovelace" in field], fields
            assert "mallory" in diag.message_primary and diag.message_hint
        assert not [notice for notice in notices if "Lovelace" in notice]
        registered.connection.execute(register(table, {}))
    assert document(registered)["rows"] == 2
