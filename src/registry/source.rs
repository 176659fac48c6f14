//! An entry of `gdpr_sources`: a store outside the database, and the functions that reach it.

use super::entry::{FACTS, check_facts};
use super::{is_restoring, write};
use crate::catalog::details::Details;
use crate::catalog::function::{self, Function, Role};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::security::{self, PinnedSettings, RunAs};
use crate::spi::Connection;
use pgrx::JsonB;
use pgrx::pg_sys::Oid;
use pgrx::spi::Spi;
use serde_json::Value;

pub struct SourceEntry {
    pub name: String,
    /// as SQL writes it, with its schema
    pub collect: String,
    pub erase: Option<String>,
    pub relation: Option<Oid>,
    pub ground: Option<String>,
    pub label: Option<String>,
    pub facts: Value,
}

/// What is said of a source; None leaves what was said before.
pub struct Given {
    pub name: String,
    pub collect: Option<Oid>,
    pub erase: Option<Oid>,
    pub relation: Option<Oid>,
    pub ground: Option<String>,
    pub label: Option<String>,
    pub facts: Option<Value>,
}

/// A name stands in reports and in the log, and names in PostgreSQL have that many bytes.
const NAME: usize = 63;

impl SourceEntry {
    /// The entry as it is stored. By the rights of the current user.
    pub fn checked(self, home: &Home) -> Result<Self> {
        let _spi = Connection::open();
        let restoring = is_restoring();
        let _pinned = PinnedSettings::new();
        require_name(&self.name)?;
        require_said("ground", self.ground.as_deref())?;
        require_said("label", self.label.as_deref())?;
        check_facts(&self.facts, &FACTS)?;
        require_owner(home, self.relation)?;
        if let Some(relation) = self.relation {
            require_rows(home, &Relation::load_one(relation)?, restoring)?;
        }
        let collect = require_function(home, self.collect, Role::Collector, restoring)?;
        let erase = self.erase;
        let erase = erase.map(|name| require_function(home, name, Role::Eraser, restoring));
        Ok(Self {
            collect,
            erase: erase.transpose()?,
            ..self
        })
    }
}

/// Makes a source, or changes what is given of it. 42501 unless the caller owns its functions, and its table or the extension, before and after.
pub fn register(home: &Home, given: Given) -> Result<()> {
    let name_of = |oid: Option<Oid>, role| {
        let function = oid.map(|oid| Function::of(oid, role)).transpose()?;
        Ok::<_, Error>(function.map(|function| function.qualified().to_string()))
    };
    let (collect, erase) = (
        name_of(given.collect, Role::Collector)?,
        name_of(given.erase, Role::Eraser)?,
    );
    require_name(&given.name)?;
    let before = read(home, &given.name)?;
    let is_new = before.is_none();
    if let Some(before) = &before {
        require_owner(home, existing(before.relation))?;
    }
    let before = before.unwrap_or_else(|| SourceEntry {
        name: given.name,
        collect: String::new(),
        erase: None,
        relation: None,
        ground: None,
        label: None,
        facts: Value::Object(Default::default()),
    });
    let collect = collect.unwrap_or(before.collect);
    if collect.is_empty() {
        return Err(Error::null_argument("collect"));
    }
    let entry = SourceEntry {
        collect,
        erase: erase.or(before.erase),
        relation: given.relation.or(before.relation),
        ground: given.ground.or(before.ground),
        label: given.label.or(before.label),
        facts: given.facts.unwrap_or(before.facts),
        name: before.name,
    }
    .checked(home)?;
    let sql = match is_new {
        true => {
            "INSERT INTO @extschema@.gdpr_sources (name, collect, erase, relation, ground, label, facts) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        }
        false => {
            "UPDATE @extschema@.gdpr_sources SET collect = $2, erase = $3, relation = $4, ground = $5, label = $6, facts = $7 WHERE name = $1"
        }
    };
    let parameters = [
        entry.name.into(),
        entry.collect.into(),
        entry.erase.into(),
        entry.relation.into(),
        entry.ground.into(),
        entry.label.into(),
        JsonB(entry.facts).into(),
    ];
    write::run(home, sql, &parameters)?;
    Ok(())
}

/// Takes a source out. 42501 unless the caller owns its table, or the extension; 42704 if there is none of that name.
pub fn unregister(home: &Home, name: &str) -> Result<()> {
    let source = read(home, name)?.ok_or_else(|| {
        Error::new(
            Code::ERRCODE_UNDEFINED_OBJECT,
            "there is no source of that name",
        )
        .hint("SELECT name FROM gdpr_sources shows which there are.")
    })?;
    require_owner(home, existing(source.relation))?;
    let sql = "DELETE FROM @extschema@.gdpr_sources WHERE name = $1";
    write::run(home, sql, &[name.into()])?;
    Ok(())
}

/// The caller owns the table that a source is about; or the extension, where it is about all subjects. 42501 otherwise.
pub fn require_owner(home: &Home, relation: Option<Oid>) -> Result<()> {
    match relation {
        Some(relation) => write::require_owner_of(&[relation]),
        None if version::owns_relation(home.sources, security::caller()) => Ok(()),
        None => Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "must be owner of extension gdpr_ext",
        )
        .detail("A source that names no table is called for the persons of all subjects.")
        .hint(
            "Name the table whose rows it is about: gdpr_register_source(..., relation => '...').",
        )),
    }
}

/// None for a relation that is gone: then only the extension's owner is left to ask.
pub fn existing(relation: Option<Oid>) -> Option<Oid> {
    relation.filter(|oid| crate::catalog::relation::owner(*oid).is_ok())
}

/// 22023 for what cannot stand in a report.
fn require_name(name: &str) -> Result<()> {
    let what = match name {
        name if name.trim().is_empty() => "is blank",
        name if name.chars().any(char::is_control) => "has control characters in it",
        name if name.len() > NAME => "has more than 63 bytes",
        _ => return Ok(()),
    };
    Err(Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        format!("the name of a source {what}"),
    )
    .hint("It stands in reports and in the log: name the store, such as 'mailchimp'."))
}

/// 22023 for a text that says nothing.
fn require_said(what: &str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.trim().is_empty() => Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("the {what} of a source is blank"),
        )
        .hint("Leave it out, or say it.")),
        _ => Ok(()),
    }
}

/// The rows of the table can be named to somebody else.
fn require_rows(home: &Home, relation: &Relation, restoring: bool) -> Result<()> {
    relation.require_table()?;
    let refused = |code, what: &str| {
        Error::new(
            code,
            format!("{what} {} cannot have a source", relation.qualified()),
        )
    };
    if relation.is_temporary() {
        return Err(Error::new(
            Code::ERRCODE_FEATURE_NOT_SUPPORTED,
            "a temporary table cannot have a source",
        )
        .hint("A source outlives the session, a temporary table does not."));
    }
    // A dump is loaded before partitions are attached and keys are made.
    if restoring {
        return Ok(());
    }
    if Details::load(relation.oid)?.is_partition {
        let error = refused(Code::ERRCODE_WRONG_OBJECT_TYPE, "partition");
        return Err(error.hint("Name the partitioned table: it is for the rows of all partitions."));
    }
    let schema = cached::refreshed(home)?;
    if relation.key(schema.declared_key(relation.oid)).is_none() {
        let code = Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
        let error = refused(code, "table");
        return Err(error
            .detail("It has no key by which its rows could be named.")
            .hint("Add a primary key or a unique key of NOT NULL columns, or name the columns: gdpr_register(..., key => '{...}')."));
    }
    Ok(())
}

/// A function's qualified name as it is stored. 42501 unless the current user owns it.
fn require_function(home: &Home, name: String, role: Role, restoring: bool) -> Result<String> {
    let Some(oid) = Function::named(&name, role)? else {
        // What depends on a key is made after the data of a dump was loaded. It is looked for when it is called.
        return match restoring && version::owns_relation(home.sources, security::caller()) {
            true => Ok(name),
            false => Err(function::missing(&name, role)),
        };
    };
    let function = Function::of(oid, role)?;
    if !version::owns_function(oid, security::caller()) {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("must be owner of function {}", function.qualified()),
        )
        .hint("It runs with its owner's rights, for whoever calls an action: only its owner or a superuser may register it."));
    }
    Ok(function.qualified().to_string())
}

/// The source of that name, locked.
fn read(home: &Home, name: &str) -> Result<Option<SourceEntry>> {
    let sql = "SELECT collect, erase, relation::pg_catalog.oid, ground, label, facts FROM @extschema@.gdpr_sources WHERE name OPERATOR(pg_catalog.=) $1 FOR UPDATE";
    let sql = sql.replace("@extschema@", &crate::sql::Ident(&home.schema).to_string());
    let _pinned = PinnedSettings::new();
    let _owner = RunAs::new(home.owner);
    Spi::connect_mut(|client| {
        let rows = client.update(sql.as_str(), Some(1), &[name.into()])?;
        if rows.is_empty() {
            return Ok(None);
        }
        let row = rows.first();
        let facts: Option<JsonB> = row.get(6)?;
        Ok(Some(SourceEntry {
            name: name.to_owned(),
            collect: row.get(1)?.unwrap_or_default(),
            erase: row.get(2)?,
            relation: row.get(3)?,
            ground: row.get(4)?,
            label: row.get(5)?,
            facts: facts.map(|JsonB(facts)| facts).unwrap_or_default(),
        }))
    })
}
