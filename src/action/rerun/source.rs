//! Where the events come from: the mirror, a file that was imported, or another copy of the log.

use super::events::Events;
use crate::catalog::home::Home;
use crate::catalog::relation::{self, Relation};
use crate::error::{Code, Error, Result};
use crate::log::{home as log_home, mirror, origin, secret};
use crate::security::RunAs;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, IntoDatum};

pub struct Source {
    relation: Relation,
    /// The seals that come with the events.
    seals: Option<Oid>,
    pub is_mirror: bool,
    has_void: bool,
    has_log: bool,
}

impl Source {
    /// What was asked for, else the mirror, else what was imported. 55000 if there is neither; 42501 for somebody else's table, 42804 for one
    /// of another shape. Needs SPI and pinned settings.
    pub fn choose(home: &Home, asked: Option<Oid>) -> Result<Self> {
        let mirror = relation::find(c"gdpr_log", c"mirror");
        let imported = relation::named(c"gdpr_log", c"imported")?;
        let oid = match (asked, mirror) {
            (Some(oid), _) => oid,
            (None, Some(mirror)) => {
                guarded::connected(|| require_whole(home), unreachable)?;
                mirror
            }
            (None, None) if has_news(home)? => imported,
            (None, None) => return Err(no_source()),
        };
        let relation = Relation::load_one(oid)?;
        if !relation.is_materialized_view() {
            relation.require_table()?;
        }
        // Its events become ours: a table that anybody can write to could make the log say anything.
        // SAFETY: catalog look-up by oid.
        let is_trusted =
            relation.owner == home.owner || unsafe { pg_sys::superuser_arg(relation.owner) };
        if !is_trusted {
            return Err(Error::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!(
                    "{} does not belong to the owner of gdpr_ext",
                    relation.qualified()
                ),
            )
            .detail("What it says would become part of the log.")
            .hint(
                "Copy its events into a table of the extension's owner, after looking at them.",
            ));
        }
        require_shape(home, &relation)?;
        let seals = match () {
            _ if Some(oid) == mirror => relation::find(c"gdpr_log", c"mirror_seal"),
            _ if oid == imported => relation::find(c"gdpr_log", c"imported_seal"),
            _ => None,
        };
        Ok(Self {
            is_mirror: Some(oid) == mirror,
            has_void: relation.column("void").is_some(),
            has_log: relation.column("log").is_some(),
            seals,
            relation,
        })
    }

    pub fn name(&self) -> String {
        self.relation.qualified().to_string()
    }

    /// Its events are of this database, and nobody has changed them since they were sealed. 22023, XX001.
    pub fn require_sound(&self, home: &Home) -> Result<()> {
        guarded::connected(|| self.look(home), unreachable)
    }

    fn look(&self, home: &Home) -> Result<()> {
        let _owner = RunAs::new(home.owner);
        let (mut all, mut own, mut known) = (0, 0, 0);
        let place = |origin: &str| format!("pg_catalog.regexp_replace({origin}, '/[0-9]+$', '')");
        let sql = format!(
            "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE o.own), \
             pg_catalog.count(*) FILTER (WHERE o.own AND {} OPERATOR(pg_catalog.=) ANY (k.places)) \
             FROM (SELECT DISTINCT s.origin, {} AS own FROM {} AS s) AS o \
             CROSS JOIN (SELECT pg_catalog.array_agg({}) AS places \
             FROM (SELECT DISTINCT e.origin FROM gdpr_log.event AS e UNION ALL SELECT pg_catalog.unnest(d.former OPERATOR(pg_catalog.||) d.origin) FROM gdpr_log.database AS d UNION ALL SELECT $2) AS l) AS k",
            place("o.origin"),
            self.is_of_log(),
            self.relation.qualified(),
            place("l.origin"),
        );
        let parameters = [self.log()?, origin::origin().into_datum()];
        let statement = kept::of_session(&sql, &[pg_sys::TEXTOID; 2], Planning::EachRun)?;
        statement.run(&parameters, Access::Lock, |row| {
            let count = |column| row.get(column).map_or(0, |count| count.value());
            (all, own, known) = (count(0), count(1), count(2));
        })?;
        if all > 0 && own == 0 {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("no event of {} was written under this database's secret", self.name()),
            )
            .detail("Their keys and fingerprints would lead to nobody here.")
            .hint("Set gdpr_ext.secret_file as it was in the database that wrote them. If this database has not logged anything yet: gdpr_rerun('gdpr_log.event')."));
        }
        if all > 0 && known == 0 {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("no event of {} is of this database", self.name()),
            )
            .detail("None was written in this database, or in one that it was restored from.")
            .hint("Take the log of the database that this one is a backup of."));
        }
        let types = [pg_sys::OIDOID; 2];
        let sql = "SELECT gdpr_log.require_chain($1::pg_catalog.regclass, $2::pg_catalog.regclass)";
        let parameters = [
            self.relation.oid.into_datum(),
            self.seals.and_then(IntoDatum::into_datum),
        ];
        kept::of_session(sql, &types, Planning::Once)?.run_without_rows(&parameters, Access::Lock)
    }

    /// Reads the events that this database has not.
    pub fn missing(&self, home: &Home) -> Result<Events> {
        let _owner = RunAs::new(home.owner);
        let table = self.relation.qualified();
        let (filter, log) = (self.filter(), self.log()?);
        let missing = format!(
            "FROM {table} AS s WHERE {filter} AND NOT EXISTS (SELECT FROM gdpr_log.event AS e WHERE e.id OPERATOR(pg_catalog.=) s.id)"
        );
        // They are the newest, mostly: what is older need not be read, over the network perhaps.
        let mut first: Option<Vec<u8>> = None;
        let sql = format!("SELECT s.id {missing} ORDER BY s.id LIMIT 1");
        let statement = kept::of_session(&sql, &[pg_sys::TEXTOID], Planning::EachRun)?;
        statement.run(&[log], Access::Lock, |row| {
            first = row.get(0).map(uuid_bytes);
        })?;
        let mut events = Events::default();
        let Some(first) = first else {
            return Ok(events);
        };
        let sql = format!(
            "SELECT s.id, s.origin, s.relation, s.action, s.rows, s.at, s.key_columns, s.columns, s.keys::pg_catalog.text, s.fingerprints, s.transaction \
             {missing} AND s.id OPERATOR(pg_catalog.>=) $2"
        );
        let first = pgrx::Uuid::from_slice(&first)
            .map_err(|_| Error::internal("a uuid has 16 bytes"))?
            .into_datum();
        let statement =
            kept::of_session(&sql, &[pg_sys::TEXTOID, pg_sys::UUIDOID], Planning::EachRun)?;
        let mut wrong = None;
        statement.run(&[log, first], Access::Lock, |row| {
            if wrong.is_none() {
                wrong = events.add(row).err();
            }
        })?;
        match wrong {
            Some(error) => Err(error),
            None => {
                events.sort();
                Ok(events)
            }
        }
    }

    /// Makes these events part of the log, as they are.
    pub fn record(&self, home: &Home, ids: Datum) -> Result<()> {
        let _owner = RunAs::new(home.owner);
        let columns = "id, request, at, transaction, \"session_user\", \"current_user\", call, subject, relation, action, rows, key_columns, keys, columns, \
                       fingerprints, ground, registry_version, reason, origin";
        let of_source: Vec<String> = columns
            .split(',')
            .map(|column| format!("s.{}", column.trim()))
            .collect();
        let table = self.relation.qualified();
        // The ids as a constant are looked up in a hash, row by row of the source, in its order; a join would put all events into one. To another
        // server they would be sent.
        let from = match self.relation.is_foreign() {
            true => format!(
                "pg_catalog.unnest($1) AS w(id) JOIN {table} AS s ON s.id OPERATOR(pg_catalog.=) w.id"
            ),
            false => format!("{table} AS s WHERE s.id OPERATOR(pg_catalog.=) ANY ($1)"),
        };
        let sql = format!(
            "INSERT INTO gdpr_log.event ({columns}) SELECT {} FROM {from}",
            of_source.join(", "),
        );
        kept::of_session(&sql, &[pg_sys::UUIDARRAYOID], Planning::EachRun)?
            .run_without_rows(&[Some(ids)], Access::Lock)?;
        match !self.is_mirror && mirror::exists() {
            true => mirror::queue(home, Some(ids)),
            false => Ok(()),
        }
    }

    /// The seals of these events take their places in the chain.
    pub fn take_seals(&self, home: &Home) -> Result<()> {
        let Some(seals) = self.seals else {
            return Ok(());
        };
        let _owner = RunAs::new(home.owner);
        let sql = "SELECT gdpr_log.take_seals($1::pg_catalog.regclass)";
        kept::of_session(sql, &[pg_sys::OIDOID], Planning::Once)?
            .run_without_rows(&[seals.into_datum()], Access::Lock)
    }

    /// Which of its rows count: `$1` is the log.
    fn filter(&self) -> String {
        match self.has_void {
            true => format!("{} AND s.void IS NOT TRUE", self.is_of_log()),
            false => self.is_of_log().to_owned(),
        }
    }

    fn is_of_log(&self) -> &'static str {
        match self.has_log {
            true => "(s.log OPERATOR(pg_catalog.=) $1)",
            false => "($1 IS NOT NULL)",
        }
    }

    fn log(&self) -> Result<Option<Datum>> {
        Ok(secret::check()?.into_datum())
    }
}

/// The bytes of a uuid.
pub fn uuid_bytes(datum: Datum) -> Vec<u8> {
    // SAFETY: a uuid is a pointer to 16 bytes.
    unsafe { std::slice::from_raw_parts(datum.cast_mut_ptr::<u8>(), 16) }.to_vec()
}

fn unreachable() -> Error {
    Error::new(
        Code::ERRCODE_SYSTEM_ERROR,
        "the mirror of the log cannot be reached",
    )
    .hint("See to the server that gdpr_log.mirror is on. Without it: gdpr_log_import(lines), then gdpr_rerun('gdpr_log.imported').")
}

/// The number that a statement of ours gives.
fn number(home: &Home, sql: &str, parameters: &[Option<Datum>]) -> Result<u64> {
    let types = vec![pg_sys::TEXTOID; parameters.len()];
    let mut number = 0;
    let _owner = RunAs::new(home.owner);
    kept::of_session(sql, &types, Planning::EachRun)?.run(parameters, Access::Lock, |row| {
        number = row.get(0).map_or(0, |datum| datum.value() as u64);
    })?;
    Ok(number)
}

/// Something was imported that this log has not.
fn has_news(home: &Home) -> Result<bool> {
    let sql = "SELECT pg_catalog.count(*) FROM (SELECT FROM gdpr_log.imported AS i \
               WHERE NOT EXISTS (SELECT FROM gdpr_log.event AS e WHERE e.id OPERATOR(pg_catalog.=) i.id) LIMIT 1) AS n";
    Ok(number(home, sql, &[])? > 0
        || !log_home::is_elsewhere(home)?
            && number(
                home,
                "SELECT pg_catalog.count(*) FROM gdpr_log.imported",
                &[],
            )? > 0)
}

/// A mirror that has been made anew says nothing of what was lost: it has all that this log has, and more. 55000 otherwise.
fn require_whole(home: &Home) -> Result<()> {
    if !log_home::is_elsewhere(home)? {
        return Ok(());
    }
    let there = "SELECT pg_catalog.count(*) FROM gdpr_log.mirror AS m WHERE m.log OPERATOR(pg_catalog.=) $1";
    let all = "SELECT pg_catalog.count(*) FROM gdpr_log.mirror AS m WHERE $1 IS NOT NULL";
    let here = "SELECT pg_catalog.count(*) FROM gdpr_log.event AS e \
                WHERE NOT EXISTS (SELECT FROM gdpr_log.mirror_queue AS q WHERE q.event OPERATOR(pg_catalog.=) e.id)";
    let log = secret::check()?.into_datum();
    let (there, here) = (number(home, there, &[log])?, number(home, here, &[])?);
    // Under another secret it has none of this log, which is said as such.
    if there == 0 && number(home, all, &[log])? > 0 || there >= here.max(1) {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "the mirror is not whole",
    )
    .detail(format!("It has {there} events of this log, which itself has {here} that were sent there."))
    .hint("It was lost, too, or made anew. Import a file: gdpr_log_import(lines), then gdpr_rerun('gdpr_log.imported'). If it is all there is: gdpr_rerun('gdpr_log.mirror')."))
}

fn require_shape(home: &Home, relation: &Relation) -> Result<()> {
    // Two more columns need not be there, but mean something if they are.
    let sql = "SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', e.attname, pg_catalog.format_type(e.atttypid, NULL)), ', ' ORDER BY e.attnum) \
               FROM (SELECT a.attnum, a.attname, a.atttypid FROM pg_catalog.pg_attribute AS a \
               WHERE a.attrelid OPERATOR(pg_catalog.=) $2 AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped \
               UNION ALL SELECT a.attnum, a.attname, CASE a.attname WHEN 'log' THEN 25 ELSE 16 END::pg_catalog.oid FROM pg_catalog.pg_attribute AS a \
               WHERE a.attrelid OPERATOR(pg_catalog.=) $1 AND a.attname OPERATOR(pg_catalog.=) ANY ('{log,void}'::pg_catalog.name[]) AND NOT a.attisdropped) AS e \
               LEFT JOIN pg_catalog.pg_attribute AS s ON s.attrelid OPERATOR(pg_catalog.=) $1 AND s.attname OPERATOR(pg_catalog.=) e.attname \
               AND s.atttypid OPERATOR(pg_catalog.=) e.atttypid AND NOT s.attisdropped \
               WHERE s.attname IS NULL";
    let event = relation::named(c"gdpr_log", c"event")?;
    let mut missing = None;
    let parameters = [relation.oid.into_datum(), event.into_datum()];
    let _owner = RunAs::new(home.owner);
    kept::of_session(sql, &[pg_sys::OIDOID; 2], Planning::Once)?.run(
        &parameters,
        Access::Read,
        |row| {
            // SAFETY: the column is of type text.
            missing = row
                .get(0)
                .and_then(|datum| unsafe { String::from_datum(datum, false) });
        },
    )?;
    match missing {
        None => Ok(()),
        Some(missing) => Err(Error::new(
            Code::ERRCODE_DATATYPE_MISMATCH,
            format!("{} is no table of events", relation.qualified()),
        )
        .detail(format!("It lacks: {missing}."))
        .hint("It must have the columns of gdpr_log.event, with their types: CREATE TABLE ... (LIKE gdpr_log.event).")),
    }
}

fn no_source() -> Error {
    Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "there is nothing to rerun from",
    )
    .detail("The log has no mirror, and no events were imported that it has not.")
    .hint("gdpr_log_import(lines) reads what gdpr_log_export() wrote. If nothing is missing: gdpr_rerun('gdpr_log.event') says so.")
}

/// One rerun at a time; the next has nothing left to do.
pub fn lock(home: &Home) -> Result<()> {
    let _owner = RunAs::new(home.owner);
    kept::of_session(
        "LOCK TABLE gdpr_log.database IN SHARE ROW EXCLUSIVE MODE",
        &[],
        Planning::Once,
    )?
    .run_without_rows(&[], Access::Lock)
}
