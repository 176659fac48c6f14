//! Settings.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};
use std::ffi::CString;

/// `gdpr_ext.strict_ddl`: refuse a DROP COLUMN that a rule or a link needs, read by the event trigger in `sql/triggers.sql`; and what a transaction's DDL left open.
static STRICT_DDL: GucSetting<bool> = GucSetting::<bool>::new(false);

static UNREGISTERED: GucSetting<Unregistered> =
    GucSetting::<Unregistered>::new(Unregistered::Refuse);

static REASON: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

static SECRET_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

static BACKUP_RETENTION: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

static MIRROR: GucSetting<Mirror> = GucSetting::<Mirror>::new(Mirror::Immediate);

static LOG_READS: GucSetting<LogReads> = GucSetting::<LogReads>::new(LogReads::Export);

/// `gdpr_ext.allow_scrub`: this database is a copy.
static ALLOW_SCRUB: GucSetting<bool> = GucSetting::<bool>::new(false);

static PRIVACY_BY_DEFAULT: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Which reading of a person's data is an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PostgresGucEnum)]
pub enum LogReads {
    #[name = c"none"]
    None,
    #[name = c"export"]
    Export,
    #[name = c"all"]
    All,
}

/// When events are written to the mirror of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Mirror {
    #[name = c"immediate"]
    Immediate,
    #[name = c"deferred"]
    Deferred,
}

/// What an action does about a person's rows in tables that nobody has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Unregistered {
    #[name = c"refuse"]
    Refuse,
    #[name = c"report"]
    Report,
}

pub fn strict_ddl() -> bool {
    STRICT_DDL.get()
}

pub fn allow_scrub() -> bool {
    ALLOW_SCRUB.get()
}

pub fn privacy_by_default() -> bool {
    PRIVACY_BY_DEFAULT.get()
}

pub fn unregistered() -> Unregistered {
    UNREGISTERED.get()
}

pub fn log_reads() -> LogReads {
    LOG_READS.get()
}

pub fn mirror() -> Mirror {
    MIRROR.get()
}

/// The reason to write into events; None if it is not set.
pub fn reason() -> Option<String> {
    text(&REASON)
}

/// The file that the secret is in; None if it is in the database.
pub fn secret_file() -> Option<String> {
    text(&SECRET_FILE)
}

/// How long backups are kept, as an interval; None if it is not set.
pub fn backup_retention() -> Option<String> {
    text(&BACKUP_RETENTION)
}

fn text(setting: &GucSetting<Option<CString>>) -> Option<String> {
    let value = setting.get()?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

pub fn define() {
    GucRegistry::define_bool_guc(
        c"gdpr_ext.strict_ddl",
        c"Refuses DDL that would take away a column which a registered rule or link needs, or leave a column without a rule or a table of persons not registered.",
        c"Off: such DDL raises a WARNING. What can be settled in the same transaction is looked at when it ends.",
        &STRICT_DDL,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"gdpr_ext.allow_scrub",
        c"Allows gdpr_scrub_db in this database: it is a copy.",
        c"Off: gdpr_scrub_db refuses. ALTER DATABASE ... SET it on the copy only.",
        &ALLOW_SCRUB,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"gdpr_ext.privacy_by_default",
        c"Lets gdpr_scrub_db refuse a database with a column that nobody has decided about.",
        c"On: every column needs a rule, or \"keep\".",
        &PRIVACY_BY_DEFAULT,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_enum_guc(
        c"gdpr_ext.unregistered",
        c"What an action does about a person's rows in tables that nobody has registered.",
        c"refuse: an error that prints the gdpr_register calls to fill in. report: a WARNING and a row of the result.",
        &UNREGISTERED,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_enum_guc(
        c"gdpr_ext.mirror",
        c"When events are written to the mirror of the log.",
        c"immediate: in the same transaction; an action fails if the mirror cannot be reached. deferred: by the next gdpr_log_mirror_sync().",
        &MIRROR,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_enum_guc(
        c"gdpr_ext.log_reads",
        c"Whose reading of a person's data is an event of the log.",
        c"export: exports. all: gdpr_collect, gdpr_search and gdpr_find too. none: nobody's.",
        &LOG_READS,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"gdpr_ext.reason",
        c"Why the actions of this transaction are done: written into their events.",
        c"A ticket's number, not a person's name: the log holds no personal data. Use SET LOCAL.",
        &REASON,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"gdpr_ext.backup_retention",
        c"How long backups are kept, as an interval: '35 days'.",
        c"Certificates say until when backups may still hold copies of what was erased. Empty: they do not say.",
        &BACKUP_RETENTION,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"gdpr_ext.secret_file",
        c"A file of the server with the secret that hashes, pseudonyms and the log are keyed with.",
        c"At least 32 bytes, readable by the server's user only. Empty: the secret is that of gdpr_log.secret.",
        &SECRET_FILE,
        GucContext::Suset,
        GucFlags::SUPERUSER_ONLY,
    );
}
