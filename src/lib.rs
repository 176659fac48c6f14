//! gdpr_ext: for one person, inside PostgreSQL: what do we hold, forget me, and do not bring me back.

pgrx::pg_module_magic!();

mod action;
mod api;
mod catalog;
mod check;
mod discover;
mod error;
mod export;
mod guc;
mod import;
mod link;
mod log;
mod mask;
mod plan;
mod registry;
mod scrub;
mod search;
mod security;
mod source;
mod spi;
mod sql;
mod strategy;
mod walk;

#[cfg(any(test, feature = "pg_test"))]
#[path = "../pg_test/mod.rs"]
pub mod pg_test;

pgrx::extension_sql_file!("../sql/registry.sql", name = "registry", bootstrap);
pgrx::extension_sql_file!("../sql/log.sql", name = "log", requires = ["registry"]);
pgrx::extension_sql_file!("../sql/seal.sql", name = "seal", requires = ["log"]);
pgrx::extension_sql_file!(
    "../sql/certificate.sql",
    name = "certificate",
    requires = ["seal"]
);
pgrx::extension_sql_file!(
    "../sql/exchange.sql",
    name = "exchange",
    requires = ["seal"]
);
pgrx::extension_sql_file!(
    "../sql/mirror.sql",
    name = "mirror",
    requires = ["exchange", gdpr_log_origin]
);
pgrx::extension_sql_file!(
    "../sql/export.sql",
    name = "export",
    requires = [gdpr_export, gdpr_export_html, gdpr_export_archive]
);
pgrx::extension_sql_file!(
    "../sql/find.sql",
    name = "find",
    requires = ["registry", gdpr_find_counts, gdpr_log_find]
);
pgrx::extension_sql_file!(
    "../sql/scrub.sql",
    name = "scrub",
    requires = ["mirror", gdpr_scrub_db]
);
pgrx::extension_sql_file!(
    "../sql/check.sql",
    name = "check",
    requires = [
        "registry",
        "mirror",
        gdpr_check,
        gdpr_waive,
        gdpr_unwaive,
        gdpr_note_tables,
        gdpr_check_ddl
    ]
);
pgrx::extension_sql_file!(
    "../sql/ropa.sql",
    name = "ropa",
    requires = ["find", "mirror", gdpr_graph, gdpr_backup_retention]
);
pgrx::extension_sql_file!(
    "../sql/discover.sql",
    name = "discover",
    requires = ["registry", gdpr_discover, gdpr_discover_register]
);
pgrx::extension_sql_file!(
    "../sql/triggers.sql",
    name = "triggers",
    requires = [
        "registry",
        "log",
        "seal",
        "certificate",
        "mirror",
        "export",
        "find",
        "scrub",
        "check",
        "ropa",
        "discover"
    ],
    finalize
);

#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    guc::define();
}
