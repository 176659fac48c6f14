//! Which equality compares two columns.

use super::types;
use crate::error::{Code, Error, Result};
use crate::sql::Ident;
use pgrx::pg_sys;

/// How a source value is compared with a target value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equality {
    operator: String,
    source_cast: String,
    target_cast: String,
    collate: String,
    is_that_of_source: bool,
}

impl Equality {
    /// Source values that are equal by it are equal by their own type's equality too, so what is unique in the source is unique here. (Not
    /// so where text is compared as citext.)
    pub fn is_that_of_source(&self) -> bool {
        self.is_that_of_source
    }

    /// SQL for `source = target`.
    pub fn sql(&self, source: &str, target: &str) -> String {
        format!(
            "{source}{}{} {} {target}{}",
            self.source_cast, self.collate, self.operator, self.target_cast
        )
    }

    /// SQL for `target = any element of array`, where no collation has to be named.
    pub fn any(&self, target: &str, array: &str) -> Option<String> {
        let of_array = match self.source_cast.as_str() {
            "" => String::new(),
            cast => format!("{cast}[]"),
        };
        self.collate.is_empty().then(|| {
            format!(
                "{target}{} {} ANY ({array}{of_array})",
                self.target_cast, self.operator
            )
        })
    }

    /// The operator of a foreign key (`conpfeqop`), under the referenced column's collation.
    pub fn of_foreign_key(
        operator: pg_sys::Oid,
        source: (pg_sys::Oid, pg_sys::Oid),
        target: (pg_sys::Oid, pg_sys::Oid),
    ) -> Result<Self> {
        Self::build(operator, source, target)
    }

    /// The equality for a declared link. Types and collations of both sides. In this order: the type's own default equality; one across
    /// types of the same operator family; that of the side which is an extension's type (citext), where the other is binary-compatible;
    /// that of the type which the other is implicitly cast to.
    pub fn between(
        source: (pg_sys::Oid, pg_sys::Oid),
        target: (pg_sys::Oid, pg_sys::Oid),
    ) -> Result<Self> {
        let (left, right) = (types::base_type(source.0), types::base_type(target.0));
        let operator = if left == right {
            default_equality(left)
        } else {
            across(left, right)
                .or_else(|| {
                    let (own, other) = if is_built_in(left) {
                        (right, left)
                    } else {
                        (left, right)
                    };
                    (!is_built_in(own) && binary_cast(other, own))
                        .then(|| default_equality(own))
                        .flatten()
                })
                .or_else(|| implicit_cast(right, left).then(|| default_equality(left))?)
                .or_else(|| implicit_cast(left, right).then(|| default_equality(right))?)
        };
        let operator = operator.ok_or_else(|| {
            Error::new(
                Code::ERRCODE_UNDEFINED_FUNCTION,
                format!(
                    "there is no equality between {} and {}",
                    types::display_name(source.0),
                    types::display_name(target.0)
                ),
            )
            .hint("Cast one side, as an expression in parentheses: '{(user_ref::int)}'.")
        })?;
        Self::build(operator, (left, source.1), (right, target.1))
    }

    fn build(
        operator: pg_sys::Oid,
        source: (pg_sys::Oid, pg_sys::Oid),
        target: (pg_sys::Oid, pg_sys::Oid),
    ) -> Result<Self> {
        let (mut left, mut right) = (pg_sys::InvalidOid, pg_sys::InvalidOid);
        // SAFETY: both pointers are to live locals; an unknown operator raises.
        unsafe { pg_sys::op_input_types(operator, &mut left, &mut right) };
        Ok(Self {
            operator: qualified_operator(operator)?,
            source_cast: cast(source.0, left),
            target_cast: cast(target.0, right),
            collate: collate(source.1, target.1)?,
            is_that_of_source: left == types::base_type(source.0)
                || is_polymorphic(left)
                || (left == pg_sys::TEXTOID && types::base_type(source.0) == pg_sys::VARCHAROID),
        })
    }
}

fn cast(from: pg_sys::Oid, to: pg_sys::Oid) -> String {
    // Polymorphic operators (enums, ranges, arrays, records) take the value as it is.
    if from == to || is_polymorphic(to) {
        return String::new();
    }
    format!("::{}", types::sql_name(to))
}

fn is_polymorphic(oid: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::get_typtype(oid) as u8 == pg_sys::TYPTYPE_PSEUDO }
}

/// All deterministic collations agree about equality, so the target's is taken, which its index has. Otherwise the source's
/// decides, as a referenced key decides what its foreign keys hold to be equal.
fn collate(source: pg_sys::Oid, target: pg_sys::Oid) -> Result<String> {
    if source == pg_sys::InvalidOid || target == pg_sys::InvalidOid {
        return Ok(String::new());
    }
    let decides = if is_deterministic(source) && is_deterministic(target) {
        target
    } else {
        source
    };
    if decides == pg_sys::DEFAULT_COLLATION_OID && source == target {
        return Ok(String::new());
    }
    Ok(format!(" COLLATE {}", types::collation_name(decides)?))
}

fn is_deterministic(collation: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::get_collation_isdeterministic(collation) }
}

/// An operator's name with its schema, as it stands in an expression.
pub fn qualified_operator(operator: pg_sys::Oid) -> Result<String> {
    // SAFETY: catalog look-up by oid; the tuple is released after its fields were copied.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::OPEROID as i32,
            pg_sys::Datum::from(operator),
        );
        if tuple.is_null() {
            return Err(Error::internal("an operator of a foreign key is gone"));
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_operator>();
        let name = pgrx::name_data_to_str(&(*form).oprname).to_owned();
        let schema = super::relation::schema_name((*form).oprnamespace);
        pg_sys::ReleaseSysCache(tuple);
        Ok(format!("OPERATOR({}.{name})", Ident(&schema)))
    }
}

/// The equality of the type's default operator class.
pub fn default_equality(oid: pg_sys::Oid) -> Option<pg_sys::Oid> {
    // SAFETY: the type cache returns an entry that lives as long as the session.
    let entry = unsafe { pg_sys::lookup_type_cache(oid, pg_sys::TYPECACHE_EQ_OPR as i32) };
    // SAFETY: as above.
    let operator = unsafe { (*entry).eq_opr };
    (operator != pg_sys::InvalidOid).then_some(operator)
}

fn across(left: pg_sys::Oid, right: pg_sys::Oid) -> Option<pg_sys::Oid> {
    [right, left].into_iter().find_map(|indexed| {
        // SAFETY: the type cache entry lives as long as the session; the look-up is by oid.
        let operator = unsafe {
            let entry = pg_sys::lookup_type_cache(indexed, pg_sys::TYPECACHE_BTREE_OPFAMILY as i32);
            pg_sys::get_opfamily_member(
                (*entry).btree_opf,
                left,
                right,
                pg_sys::BTEqualStrategyNumber as i16,
            )
        };
        (operator != pg_sys::InvalidOid).then_some(operator)
    })
}

/// The type is text to everybody, but for an equality of its own (citext).
pub fn is_text_of_its_own(base: pg_sys::Oid) -> bool {
    let is_string =
        types::category_and_class(base) == (pg_sys::TYPCATEGORY_STRING, pg_sys::TYPTYPE_BASE);
    is_string
        && !is_built_in(base)
        && default_equality(base).is_some()
        && binary_cast(base, pg_sys::TEXTOID)
}

fn is_built_in(oid: pg_sys::Oid) -> bool {
    oid.to_u32() < pg_sys::FirstNormalObjectId
}

fn binary_cast(from: pg_sys::Oid, to: pg_sys::Oid) -> bool {
    pathway(from, to, pg_sys::CoercionContext::COERCION_ASSIGNMENT)
        == pg_sys::CoercionPathType::COERCION_PATH_RELABELTYPE
}

fn implicit_cast(from: pg_sys::Oid, to: pg_sys::Oid) -> bool {
    pathway(from, to, pg_sys::CoercionContext::COERCION_IMPLICIT)
        != pg_sys::CoercionPathType::COERCION_PATH_NONE
}

fn pathway(
    from: pg_sys::Oid,
    to: pg_sys::Oid,
    context: pg_sys::CoercionContext::Type,
) -> pg_sys::CoercionPathType::Type {
    let mut function = pg_sys::InvalidOid;
    // SAFETY: catalog look-up; the pointer is to a live local.
    unsafe { pg_sys::find_coercion_pathway(to, from, context, &mut function) }
}
