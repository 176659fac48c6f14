//! SQL expressions that a user wrote: parsed and checked by PostgreSQL's own parser, printed by its own deparser.
//!
//! What is stored is the canonical text, as CREATE INDEX and CHECK store theirs: every name that the writer's search_path found is
//! qualified, so that it means the same under the pinned path, in a dump, and for every caller.

use super::home::c_name;
use super::relation::{Relation, column_name};
use super::volatile;
use crate::error::{Code, Error, Result};
use crate::security::PinnedSettings;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use std::ffi::{CStr, CString};
use std::panic::AssertUnwindSafe;

/// A table that an expression may speak of, and the name it has there.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub relation: &'a Relation,
    pub alias: &'a CStr,
}

/// Which volatile functions an expression may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volatile {
    /// None: what a link finds must not change from one look to the next.
    Refused,
    /// Those that write nothing, and our masking functions.
    Harmless,
}

/// An expression that PostgreSQL understood.
#[derive(Debug)]
pub struct Analysed {
    /// canonical text, columns qualified with their alias
    pub qualified: String,
    /// canonical text, columns bare; only meaningful with a single table in scope
    pub bare: String,
    pub type_oid: pg_sys::Oid,
    pub collation: pg_sys::Oid,
    /// columns of the first table (the target) that it reads
    pub columns: Vec<i16>,
    /// columns of the second table (the source) that it reads
    pub outer_columns: Vec<i16>,
    /// It gives another value each time.
    pub is_volatile: bool,
    /// the parse tree as PostgreSQL prints it, from which the text can be printed anew after a rename
    pub tree: String,
}

/// Parses `text` over `inner` and, if given, `outer`. `what` names it in errors. A condition must be boolean.
pub fn analyse(
    text: &str,
    what: &str,
    inner: Scope,
    outer: Option<Scope>,
    condition: bool,
    volatile: Volatile,
) -> Result<Analysed> {
    let sql = c_name(&format!("SELECT {text}"))?;
    // The parser raises what it does not understand. That error is passed on under our name, as an error that ends the
    // statement: nothing is done after it was caught.
    pgrx::PgTryBuilder::new(AssertUnwindSafe(|| {
        // SAFETY: see `transform`; the strings live through the call.
        unsafe { transform(&sql, what, inner, outer, condition, volatile) }
    }))
    .catch_others(|caught| match caught {
        CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => Err(Error::new(
            report.sql_error_code(),
            format!(
                "{what} is not a valid expression: {}",
                report
                    .message()
                    .replace("check constraints", "it")
                    .replace("check constraint", "it")
            ),
        )
        .hint("It is one SQL expression over the columns of the tables it speaks of, without subqueries, aggregates and volatile functions.")),
        other => other.rethrow(),
    })
    .execute()
}

/// A link's condition: over `target`, and `source` around it.
pub fn analyse_condition(
    text: &str,
    what: &str,
    source: &Relation,
    target: &Relation,
) -> Result<Analysed> {
    let inner = Scope {
        relation: target,
        alias: c"target",
    };
    let outer = Scope {
        relation: source,
        alias: c"source",
    };
    analyse(text, what, inner, Some(outer), true, Volatile::Refused)
}

/// # Safety
/// Relations in scope must be known to exist; raises PostgreSQL errors.
unsafe fn transform(
    sql: &CStr,
    what: &str,
    inner: Scope,
    outer: Option<Scope>,
    condition: bool,
    volatile: Volatile,
) -> Result<Analysed> {
    // SAFETY: the parser and deparser are called as CREATE POLICY and pg_get_expr call them: parse states hold open relations, which are
    // closed after the tree was made; trees live in the current memory context.
    unsafe {
        let raw = single_expression(sql, what)?;
        let parent = match outer {
            Some(scope) => {
                let state = pg_sys::make_parsestate(std::ptr::null_mut());
                (Some(scope), state, enter(state, scope))
            }
            None => (None, std::ptr::null_mut(), std::ptr::null_mut()),
        };
        let state = pg_sys::make_parsestate(parent.1);
        let relation = enter(state, inner);
        let kind = pg_sys::ParseExprKind::EXPR_KIND_CHECK_CONSTRAINT;
        let mut node = pg_sys::transformExpr(state, raw, kind);
        if condition {
            node = pg_sys::coerce_to_boolean(state, node, c"condition".as_ptr());
        }
        pg_sys::assign_expr_collations(state, node);
        pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        if !parent.2.is_null() {
            pg_sys::relation_close(parent.2, pg_sys::NoLock as i32);
        }
        let is_volatile = match volatile {
            Volatile::Refused => pg_sys::contain_volatile_functions(node),
            Volatile::Harmless => volatile::is_called_in(node),
        };
        if is_volatile {
            return Err(Error::new(
                Code::ERRCODE_INVALID_OBJECT_DEFINITION,
                format!("{what} calls a volatile function"),
            )
            .hint("Mark the function STABLE or IMMUTABLE if it is; a function that writes cannot be used here."));
        }
        // The writer's search path found the names; they are printed so that they are found without it.
        let _pinned = PinnedSettings::new();
        let columns = variables(node, 0);
        let outer_columns = variables(node, 1);
        if columns.contains(&0) || outer_columns.contains(&0) {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("{what} refers to a whole row"),
            )
            .hint("Name the columns that it needs."));
        }
        Ok(Analysed {
            qualified: deparse(node, inner, parent.0, true),
            bare: deparse(node, inner, parent.0, false),
            type_oid: pg_sys::exprType(node),
            collation: pg_sys::exprCollation(node),
            columns,
            outer_columns,
            is_volatile: pg_sys::contain_volatile_functions(node),
            tree: text_of(pg_sys::nodeToString(node.cast())),
        })
    }
}

/// The text in parentheses, if it is not already.
pub fn parenthesised(text: String) -> String {
    match is_enclosed(&text) {
        true => text,
        false => format!("({text})"),
    }
}

/// The text is one pair of parentheses with all else inside.
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0;
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return i + 1 == text.len() && text.starts_with('(');
                }
            }
            _ => {}
        }
    }
    false
}

/// Prints a stored tree anew, with the names that things have now. None if a column it reads was dropped.
pub fn print(tree: &str, inner: Scope, outer: Option<Scope>) -> Result<Option<String>> {
    let tree = c_name(tree)?;
    // SAFETY: the tree was printed by nodeToString of this major version; its columns are checked before it is deparsed.
    unsafe {
        let node = pg_sys::stringToNode(tree.as_ptr().cast_mut()).cast::<pg_sys::Node>();
        let alive = |scope: Scope, level| {
            variables(node, level)
                .into_iter()
                .all(|number| column_name(scope.relation.oid, number).is_some())
        };
        if !alive(inner, 0) || !outer.is_none_or(|scope| alive(scope, 1)) {
            return Ok(None);
        }
        Ok(Some(deparse(node, inner, outer, outer.is_some())))
    }
}

/// The one expression of `SELECT expression`, or an error if there is anything else.
unsafe fn single_expression(sql: &CStr, what: &str) -> Result<*mut pg_sys::Node> {
    let refuse = || {
        Error::new(
            Code::ERRCODE_SYNTAX_ERROR,
            format!("{what} is not one expression"),
        )
        .hint("Write it as in CREATE INDEX or CHECK: a single SQL expression.")
    };
    // SAFETY: raw_parser returns a list of RawStmt nodes; what a node is, is checked before it is cast.
    unsafe {
        let statements = pg_sys::raw_parser(sql.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT);
        if length(statements) != 1 {
            return Err(refuse());
        }
        let raw = first(statements).cast::<pg_sys::RawStmt>();
        // A statement that ends before its text does ends with a semicolon.
        if (*raw).stmt_len != 0 || (*(*raw).stmt).type_ != pg_sys::NodeTag::T_SelectStmt {
            return Err(refuse());
        }
        let select = &*(*raw).stmt.cast::<pg_sys::SelectStmt>();
        let plain = select.op == pg_sys::SetOperation::SETOP_NONE
            && length(select.targetList) == 1
            && [
                select.distinctClause,
                select.fromClause,
                select.groupClause,
                select.windowClause,
                select.valuesLists,
                select.sortClause,
                select.lockingClause,
            ]
            .iter()
            .all(|list| list.is_null())
            && select.intoClause.is_null()
            && select.whereClause.is_null()
            && select.havingClause.is_null()
            && select.limitOffset.is_null()
            && select.limitCount.is_null()
            && select.withClause.is_null();
        if !plain {
            return Err(refuse());
        }
        let target = first(select.targetList).cast::<pg_sys::ResTarget>();
        if !(*target).name.is_null() || !(*target).indirection.is_null() {
            return Err(refuse());
        }
        // SELECT knows a bare star, an expression does not.
        if (*(*target).val).type_ == pg_sys::NodeTag::T_ColumnRef {
            let reference = &*(*target).val.cast::<pg_sys::ColumnRef>();
            let field = first(reference.fields).cast::<pg_sys::Node>();
            if (*field).type_ == pg_sys::NodeTag::T_A_Star {
                return Err(refuse());
            }
        }
        Ok((*target).val)
    }
}

/// Makes a relation's columns known to a parse state, under the scope's alias. The relation is left open.
unsafe fn enter(state: *mut pg_sys::ParseState, scope: Scope) -> pg_sys::Relation {
    // SAFETY: as the parser does for a relation in FROM; the caller closes it.
    unsafe {
        let lock = pg_sys::AccessShareLock as i32;
        let relation = pg_sys::relation_open(scope.relation.oid, lock);
        let alias = pg_sys::makeAlias(scope.alias.as_ptr(), std::ptr::null_mut());
        let item = pg_sys::addRangeTableEntryForRelation(state, relation, lock, alias, false, true);
        pg_sys::addNSItemToQuery(state, item, false, true, true);
        relation
    }
}

unsafe fn deparse(
    node: *mut pg_sys::Node,
    inner: Scope,
    outer: Option<Scope>,
    qualify: bool,
) -> String {
    // A variable of the outer relation has varlevelsup 1, so the outer namespace comes second.
    // SAFETY: the contexts are lists of one namespace each; deparse_expression only reads the tree.
    unsafe {
        let mut context = pg_sys::deparse_context_for(inner.alias.as_ptr(), inner.relation.oid);
        if let Some(scope) = outer {
            let above = pg_sys::deparse_context_for(scope.alias.as_ptr(), scope.relation.oid);
            context = pg_sys::list_concat(context, above);
        }
        text_of(pg_sys::deparse_expression(node, context, qualify, false))
    }
}

/// The column numbers that an expression reads, of the table `level` steps out; 0 stands for the whole row.
unsafe fn variables(node: *mut pg_sys::Node, level: i32) -> Vec<i16> {
    // SAFETY: pull_vars_of_level returns a list of Var nodes.
    unsafe {
        let list = pg_sys::pull_vars_of_level(node, level);
        let mut numbers: Vec<i16> = (0..length(list))
            .map(|i| (*pg_sys::list_nth(list, i).cast::<pg_sys::Var>()).varattno)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

unsafe fn length(list: *mut pg_sys::List) -> i32 {
    // SAFETY: NULL is the empty list, anything else a live one.
    unsafe { list.as_ref().map_or(0, |list| list.length) }
}

unsafe fn first(list: *mut pg_sys::List) -> *mut std::ffi::c_void {
    // SAFETY: the caller checked that the list is not empty.
    unsafe { pg_sys::list_nth(list, 0) }
}

unsafe fn text_of(text: *mut std::ffi::c_char) -> String {
    // SAFETY: a palloc'd NUL-terminated string.
    unsafe {
        CString::from(CStr::from_ptr(text))
            .to_string_lossy()
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::is_enclosed;

    #[test]
    fn parentheses_around_the_whole() {
        assert!(is_enclosed("(payload ->> 'user_id'::text)"));
        assert!(is_enclosed("(')' || a)"));
        assert!(!is_enclosed("(a) || (b)"));
        assert!(!is_enclosed("lower(a)"));
    }
}
