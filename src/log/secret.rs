//! The secret: in `gdpr_log.secret`, or in the file that `gdpr_ext.secret_file` names.

use crate::catalog::cache;
use crate::catalog::relation;
use crate::error::{Code, Error, Result};
use crate::guc;
use crate::mask::Keys;
use crate::security::{PinnedSettings, RunAs};
use crate::spi::statement::{Access, Planning, Statement};
use crate::spi::{Connection, LatestSnapshot};
use pgrx::{FromDatum, pg_sys};
use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::rc::Rc;

/// Bytes that a secret has at least.
const LEAST: usize = 32;

thread_local! {
    /// The keys in use, and the file that they are from.
    static KEYS: RefCell<Option<(Option<String>, Rc<Keys>)>> = RefCell::default();
    /// The keys in use instead.
    static INSTEAD: RefCell<Option<Rc<Keys>>> = const { RefCell::new(None) };
}

/// While it lives, hashes and pseudonyms are made with another secret than the database's.
pub struct OneTime(());

impl OneTime {
    pub fn use_instead(secret: &[u8]) -> Self {
        use_always(secret);
        Self(())
    }
}

impl Drop for OneTime {
    fn drop(&mut self) {
        INSTEAD.set(None);
    }
}

/// The same, as long as this process.
pub fn use_always(secret: &[u8]) {
    INSTEAD.set(Some(Rc::new(Keys::derive(secret))));
}

/// The keys derived from the secret in force. 58P01, 42501 and 22023 for a secret file that is missing, readable by others, or too short;
/// 55000 if there is no secret.
pub fn keys() -> Result<Rc<Keys>> {
    if let Some(keys) = INSTEAD.with_borrow(Clone::clone) {
        return Ok(keys);
    }
    let file = guc::secret_file();
    if cache::SECRET.take_changed() {
        KEYS.set(None);
    }
    let known = KEYS.with_borrow(|keys| match keys {
        Some((from, keys)) if *from == file => Some(keys.clone()),
        _ => None,
    });
    if let Some(keys) = known {
        return Ok(keys);
    }
    let secret = match &file {
        Some(path) => of_file(path)?,
        None => of_table()?,
    };
    let keys = Rc::new(Keys::derive(&secret));
    KEYS.set(Some((file, keys.clone())));
    Ok(keys)
}

/// By which it is known that two databases have the same secret, and nothing more.
pub fn check() -> Result<String> {
    let check = keys()?.log_key("gdpr_log.secret", b"check");
    let mut half = [0; 8];
    half.copy_from_slice(&check[..8]);
    Ok(format!("{:016x}", u64::from_be_bytes(half)))
}

fn of_table() -> Result<Vec<u8>> {
    let table = relation::named(c"gdpr_log", c"secret")?;
    cache::SECRET.watch(table);
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let _owner = RunAs::new(relation::owner(table)?);
    // In a parallel query there is none but the query's own.
    // SAFETY: reads the transaction's state.
    let is_parallel = unsafe { pg_sys::IsInParallelMode() };
    let _latest = (!is_parallel).then(LatestSnapshot::push);
    let mut secret = None;
    Statement::prepare("SELECT secret FROM gdpr_log.secret", &[], Planning::Once)?.run(
        &[],
        Access::Read,
        |row| {
            // SAFETY: the query's only column is of type bytea.
            secret = row
                .get(0)
                .and_then(|datum| unsafe { Vec::<u8>::from_datum(datum, false) });
        },
    )?;
    secret.ok_or_else(|| {
        Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "there is no secret to make hashes and pseudonyms with",
        )
        .hint("Set gdpr_ext.secret_file, or put 32 random bytes or more into gdpr_log.secret.")
    })
}

fn of_file(path: &str) -> Result<Vec<u8>> {
    let unreadable = |code| {
        Error::new(code, "the file that gdpr_ext.secret_file names cannot be read")
            .hint("It must be a file of the server, readable by the server's user; a relative path starts at the data directory.")
    };
    let path = Path::new(path);
    let file = std::fs::metadata(path).map_err(|_| unreadable(Code::ERRCODE_UNDEFINED_FILE))?;
    if file.permissions().mode() & 0o077 != 0 {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "the file that gdpr_ext.secret_file names can be read by others",
        )
        .hint("Its permissions must be u=rw (0600) or less."));
    }
    let content = std::fs::read(path).map_err(|_| unreadable(Code::ERRCODE_IO_ERROR))?;
    let secret = content.trim_ascii_end();
    if secret.len() < LEAST {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("the secret in the file that gdpr_ext.secret_file names is shorter than {LEAST} bytes"),
        )
        .hint("Make one: openssl rand -hex 32."));
    }
    Ok(secret.to_vec())
}

/// The sequence that distinct values come from.
pub fn distinct_numbers() -> Result<pg_sys::Oid> {
    relation::named(c"gdpr_log", c"distinct_number")
}
