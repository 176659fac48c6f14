//! S14, S38, S39: expressions are understood by PostgreSQL's parser, stored so that they mean the same everywhere, and nothing else gets in.

#[pgrx::pg_schema]
mod tests {
    use crate::catalog::expression::{Analysed, Scope, Volatile, analyse, print};
    use crate::catalog::relation::Relation;
    use crate::error::Result;
    use crate::security::PinnedSettings;
    use crate::spi::Connection;
    use pgrx::prelude::*;

    fn relation(name: &str) -> Relation {
        let oid = Spi::get_one::<pg_sys::Oid>(&format!("SELECT '{name}'::regclass::oid"))
            .expect("the table exists")
            .expect("regclass is not NULL");
        let _spi = Connection::open();
        let _pinned = PinnedSettings::new();
        Relation::load_one(oid).expect("the table can be read")
    }

    fn condition(text: &str) -> Result<Analysed> {
        let (inner, outer) = (relation("child"), relation("parent"));
        let inner = Scope {
            relation: &inner,
            alias: c"target",
        };
        let outer = Scope {
            relation: &outer,
            alias: c"source",
        };
        analyse(
            text,
            "the condition",
            inner,
            Some(outer),
            true,
            Volatile::Refused,
        )
    }

    fn tables() {
        Spi::run("CREATE TABLE parent (id int, kind text); CREATE TABLE child (id int, gone int, kind text)").expect("DDL");
        Spi::run("ALTER TABLE child DROP COLUMN gone").expect("DDL");
    }

    #[pg_test]
    fn both_tables_and_their_columns_are_told_apart() {
        tables();
        let analysed = condition("kind = 'a' AND source.kind = target.kind").expect("a condition");
        assert_eq!(
            analysed.qualified,
            "((target.kind = 'a'::text) AND (source.kind = target.kind))"
        );
        assert_eq!(
            (analysed.columns, analysed.outer_columns),
            (vec![3], vec![2])
        );
    }

    #[pg_test]
    fn names_found_by_the_search_path_are_stored_qualified() {
        tables();
        Spi::run("CREATE SCHEMA elsewhere; CREATE FUNCTION elsewhere.same(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 = $2'")
            .expect("DDL");
        Spi::run("SET search_path = elsewhere, public, tests").expect("SET");
        let analysed = condition("same(source.kind, target.kind)").expect("a condition");
        assert_eq!(
            analysed.qualified,
            "elsewhere.same(source.kind, target.kind)"
        );
    }

    #[pg_test]
    fn a_stored_tree_prints_with_the_names_of_now() {
        tables();
        let tree = condition("source.kind = target.kind")
            .expect("a condition")
            .tree;
        Spi::run("ALTER TABLE child RENAME kind TO sort").expect("DDL");
        let (inner, outer) = (relation("child"), relation("parent"));
        let scope = |relation, alias| Scope { relation, alias };
        let printed = print(
            &tree,
            scope(&inner, c"target"),
            Some(scope(&outer, c"source")),
        );
        assert_eq!(
            printed.expect("it prints").as_deref(),
            Some("(source.kind = target.sort)")
        );
        Spi::run("ALTER TABLE child DROP COLUMN sort").expect("DDL");
        let printed = print(
            &tree,
            scope(&inner, c"target"),
            Some(scope(&outer, c"source")),
        );
        assert_eq!(printed.expect("no error"), None, "a column that is gone");
    }

    #[pg_test]
    fn only_one_plain_expression_is_let_in() {
        tables();
        for text in [
            "true; DROP TABLE child",
            "true FROM child",
            "true, false",
            "true UNION SELECT false",
            "true AS name",
            "true LIMIT 1",
            "true WHERE true",
        ] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
