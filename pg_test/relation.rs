//! S05, S15, S16: which key a table's rows are known by, and what an index is good for.

#[pgrx::pg_schema]
mod tests {
    use crate::catalog::relation::Relation;
    use crate::security::PinnedSettings;
    use crate::spi::Connection;
    use pgrx::prelude::*;

    fn load(name: &str) -> Relation {
        let oid = Spi::get_one::<pg_sys::Oid>(&format!("SELECT '{name}'::regclass::oid"))
            .expect("the table exists")
            .expect("regclass is not NULL");
        let _spi = Connection::open();
        let _pinned = PinnedSettings::new();
        Relation::load_one(oid).expect("the table can be read")
    }

    fn key(name: &str, declared: Option<&[String]>) -> Option<Vec<String>> {
        let relation = load(name);
        let key = relation.key(declared)?;
        Some(key.into_iter().map(|column| column.name.clone()).collect())
    }

    #[pg_test]
    fn primary_key_in_its_own_order() {
        Spi::run("CREATE TABLE t (a int, gone int, b int, UNIQUE (a), PRIMARY KEY (b, a))")
            .expect("DDL");
        Spi::run("ALTER TABLE t DROP COLUMN gone").expect("DDL");
        assert_eq!(key("t", None), Some(vec!["b".to_owned(), "a".to_owned()]));
    }

    #[pg_test]
    fn else_the_smallest_unique_not_null_key() {
        Spi::run("CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int UNIQUE, d int NOT NULL UNIQUE DEFERRABLE, e int NOT NULL)")
            .expect("DDL");
        Spi::run("CREATE UNIQUE INDEX ON t (e) WHERE e > 0; CREATE UNIQUE INDEX ON t (abs(a))")
            .expect("DDL");
        assert_eq!(
            key("t", None),
            None,
            "nullable, deferrable, partial and expression keys identify nothing"
        );
        Spi::run("ALTER TABLE t ADD UNIQUE (a, b)").expect("DDL");
        assert_eq!(key("t", None), Some(vec!["a".to_owned(), "b".to_owned()]));
        Spi::run("ALTER TABLE t ADD UNIQUE (b)").expect("DDL");
        assert_eq!(key("t", None), Some(vec!["b".to_owned()]));
    }

    #[pg_test]
    fn else_the_declared_key() {
        Spi::run("CREATE TABLE t (a int, b int)").expect("DDL");
        let declared = ["b".to_owned()];
        assert_eq!(key("t", Some(&declared)), Some(vec!["b".to_owned()]));
        assert_eq!(key("t", Some(&["gone".to_owned()])), None);
    }

    #[pg_test]
    fn an_index_supports_a_link_when_the_columns_lead_it() {
        Spi::run("CREATE TABLE t (a int, b int, c int, d jsonb)").expect("DDL");
        Spi::run("CREATE INDEX ON t (a, b, c); CREATE INDEX ON t (c) WHERE c IS NOT NULL; CREATE INDEX ON t (b) WHERE a = 1").expect("DDL");
        Spi::run("CREATE INDEX ON t ((d ->> 'user'))").expect("DDL");
        let relation = load("t");
        assert!(relation.is_indexed(&["a"], None));
        assert!(
            relation.is_indexed(&["b", "a"], None),
            "the order of a link's columns does not matter"
        );
        assert!(
            relation.is_indexed(&["c"], None),
            "equality implies IS NOT NULL"
        );
        assert!(!relation.is_indexed(&["a", "c"], None));
        assert!(
            !relation.is_indexed(&["b"], None),
            "an index of some rows only"
        );
        assert!(relation.is_indexed(&["b"], Some("(target.a = 1)")));
        assert!(relation.is_indexed(&["(d ->> 'user'::text)"], None));
    }
}
