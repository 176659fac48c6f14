//! The catalog is read once, and again when something has changed that a walk depends on.

#[pgrx::pg_schema]
mod tests {
    use crate::catalog::cache;
    use pgrx::prelude::*;

    fn rows() -> i64 {
        Spi::get_one("SELECT count(*) FROM gdpr_collect('person', 1)")
            .expect("it collects")
            .expect("count is not NULL")
    }

    #[pg_test]
    fn what_is_kept_is_told_of_every_change_that_matters() {
        Spi::run("CREATE TABLE person (id int PRIMARY KEY); INSERT INTO person VALUES (1)")
            .expect("DDL");
        assert_eq!(rows(), 1);
        Spi::run(
            "CREATE TABLE visit (id int PRIMARY KEY, person int); INSERT INTO visit VALUES (7, 1)",
        )
        .expect("DDL");
        assert_eq!(rows(), 1);
        Spi::run("ALTER TABLE visit ADD FOREIGN KEY (person) REFERENCES person").expect("DDL");
        assert_eq!(rows(), 2, "a new foreign key");
        Spi::run("ALTER TABLE visit RENAME person TO visitor").expect("DDL");
        assert_eq!(rows(), 2, "a renamed column");
        Spi::run("SELECT gdpr_link('person', '{id}', 'visit', '{visitor}', kind => 'ignore')")
            .expect("link");
        assert_eq!(rows(), 1, "a declared link");
        Spi::run("SELECT gdpr_unlink('person', '{id}', 'visit', '{visitor}')").expect("unlink");
        assert_eq!(rows(), 2, "a link taken back");
        Spi::run("DROP TABLE visit").expect("DDL");
        assert_eq!(rows(), 1, "a dropped table");
    }

    #[pg_test]
    fn nothing_changed_means_nothing_to_read() {
        Spi::run("CREATE TABLE person (id int PRIMARY KEY); INSERT INTO person VALUES (1)")
            .expect("DDL");
        assert_eq!(rows(), 1);
        assert_eq!(rows(), 1);
        let changes = cache::take();
        assert!(!changes.constraints && !changes.relations);
        Spi::run("CREATE TABLE unrelated (id int)").expect("DDL");
        let changes = cache::take();
        assert!(!changes.relations, "a table that no walk has met");
        Spi::run("ALTER TABLE person ADD name text").expect("DDL");
        assert!(cache::take().relations);
        cache::invalidate();
    }
}
