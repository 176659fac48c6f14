//! The lints and their codes. A lint more: its file, and its line here. `stale_waiver` is none of them: it is found when all others are known.

use crate::error::{Error, Result};

pub struct Lint {
    pub code: &'static str,
    pub sql: &'static str,
}

/// The lint that counts rows.
pub const SHARED: &str = "unreviewed_shared_link";
/// The lints that tell of a column once.
pub const WITHOUT_RULE: &str = "column_without_rule";
pub const RETYPED: &str = "rule_retyped";

pub const LINTS: [Lint; 26] = [
    Lint {
        code: "backup_retention_unset",
        sql: include_str!("lints/backup_retention_unset.sql"),
    },
    Lint {
        code: "cascade_into_keep",
        sql: include_str!("lints/cascade_into_keep.sql"),
    },
    Lint {
        code: WITHOUT_RULE,
        sql: include_str!("lints/column_without_rule.sql"),
    },
    Lint {
        code: "events_not_sealed",
        sql: include_str!("lints/events_not_sealed.sql"),
    },
    Lint {
        code: "foreign_table_copies",
        sql: include_str!("lints/foreign_table_copies.sql"),
    },
    Lint {
        code: "history_trigger",
        sql: include_str!("lints/history_trigger.sql"),
    },
    Lint {
        code: "keep_without_ground",
        sql: include_str!("lints/keep_without_ground.sql"),
    },
    Lint {
        code: "link_broken",
        sql: include_str!("lints/link_broken.sql"),
    },
    Lint {
        code: "link_without_index",
        sql: include_str!("lints/link_without_index.sql"),
    },
    Lint {
        code: "materialized_view_copies",
        sql: include_str!("lints/materialized_view_copies.sql"),
    },
    Lint {
        code: "mirror_behind",
        sql: include_str!("lints/mirror_behind.sql"),
    },
    Lint {
        code: "no_action_child",
        sql: include_str!("lints/no_action_child.sql"),
    },
    Lint {
        code: "on_delete_broken",
        sql: include_str!("lints/on_delete_broken.sql"),
    },
    Lint {
        code: "pseudonym_called_anonymous",
        sql: include_str!("lints/pseudonym_called_anonymous.sql"),
    },
    Lint {
        code: "publication_copies",
        sql: include_str!("lints/publication_copies.sql"),
    },
    Lint {
        code: "restored_not_rerun",
        sql: include_str!("lints/restored_not_rerun.sql"),
    },
    Lint {
        code: "row_security_hides_rows",
        sql: include_str!("lints/row_security_hides_rows.sql"),
    },
    Lint {
        code: "rule_broken",
        sql: include_str!("lints/rule_broken.sql"),
    },
    Lint {
        code: RETYPED,
        sql: include_str!("lints/rule_retyped.sql"),
    },
    Lint {
        code: "set_null_orphans",
        sql: include_str!("lints/set_null_orphans.sql"),
    },
    Lint {
        code: "source_broken",
        sql: include_str!("lints/source_broken.sql"),
    },
    Lint {
        code: "statistics_hold_values",
        sql: include_str!("lints/statistics_hold_values.sql"),
    },
    Lint {
        code: "table_not_registered",
        sql: include_str!("lints/table_not_registered.sql"),
    },
    Lint {
        code: "unreachable_personal_table",
        sql: include_str!("lints/unreachable_personal_table.sql"),
    },
    Lint {
        code: "unreviewed_shared_link",
        sql: include_str!("lints/unreviewed_shared_link.sql"),
    },
    Lint {
        code: "view_shows_ruled_columns",
        sql: include_str!("lints/view_shows_ruled_columns.sql"),
    },
];

/// What DDL alone can bring about, and is told at its end.
const OF_DDL: [&str; 5] = [
    WITHOUT_RULE,
    "link_broken",
    "rule_broken",
    RETYPED,
    "table_not_registered",
];

pub fn of_ddl() -> Vec<Lint> {
    let lints = LINTS.into_iter();
    lints.filter(|lint| OF_DDL.contains(&lint.code)).collect()
}

/// 22023 for a code that there is not.
pub fn require(code: &str) -> Result<()> {
    let known: Vec<&str> = LINTS.iter().map(|lint| lint.code).collect();
    match known.contains(&code) {
        true => Ok(()),
        false => Err(Error::unknown_word("a code of gdpr_check", code, &known)),
    }
}
