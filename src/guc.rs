//! Settings.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

/// `gdpr_ext.strict_ddl`: refuse a DROP COLUMN that a rule or a link needs. Read by the event trigger in `sql/triggers.sql`.
static STRICT_DDL: GucSetting<bool> = GucSetting::<bool>::new(false);

pub fn strict_ddl() -> bool {
    STRICT_DDL.get()
}

pub fn define() {
    GucRegistry::define_bool_guc(
        c"gdpr_ext.strict_ddl",
        c"Refuses DDL that would take away a column which a registered rule or link needs.",
        c"Off: such DDL raises a WARNING, and the next use of the rule or link an error.",
        &STRICT_DDL,
        GucContext::Suset,
        GucFlags::default(),
    );
}
