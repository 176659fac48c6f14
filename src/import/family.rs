//! What kind of type a column has, by its name. Domains, enums and arrays are `Other`: registration knows them.

use super::cast::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Text,
    Integer,
    Numeric,
    Float,
    Bool,
    Date,
    Timestamp,
    TimestampTz,
    Time,
    Uuid,
    Bytea,
    Inet,
    Json,
    Other,
}

pub const NUMBERS: [Family; 3] = [Family::Integer, Family::Numeric, Family::Float];
pub const DATES: [Family; 3] = [Family::Date, Family::Timestamp, Family::TimestampTz];

impl Family {
    /// Of a type's name, as it is displayed or as somebody writes it.
    pub fn of(name: &str) -> Self {
        match base_name(name).as_str() {
            "text" | "character varying" | "varchar" | "character" | "char" | "bpchar"
            | "citext" | "name" => Self::Text,
            "smallint" | "integer" | "bigint" | "int" | "int2" | "int4" | "int8" => Self::Integer,
            "numeric" | "decimal" => Self::Numeric,
            "real" | "double precision" | "float4" | "float8" | "float" => Self::Float,
            "boolean" | "bool" => Self::Bool,
            "date" => Self::Date,
            "timestamp" | "timestamp without time zone" => Self::Timestamp,
            "timestamptz" | "timestamp with time zone" => Self::TimestampTz,
            "time" | "timetz" | "time without time zone" | "time with time zone" => Self::Time,
            "uuid" => Self::Uuid,
            "bytea" => Self::Bytea,
            "inet" | "cidr" => Self::Inet,
            "json" | "jsonb" => Self::Json,
            _ => Self::Other,
        }
    }
}

/// Without modifiers, schema and quotes: `public.card` is `card`, `timestamp(3) with time zone` is `timestamp with time zone`.
fn base_name(name: &str) -> String {
    let without_modifiers = match (name.find('('), name.rfind(')')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &name[..start], &name[end + 1..])
        }
        _ => name.to_owned(),
    };
    let base = without_modifiers.rsplit('.').next().unwrap_or_default();
    base.trim().trim_matches('"').to_lowercase()
}

/// A cast to this type leaves a constant for a column of that type as it is.
pub fn is_same(cast: &Type, column_type: &str) -> bool {
    let name = cast.sql();
    let family = Family::of(&name);
    let same = match Family::of(column_type) {
        Family::Other => base_name(&name) == base_name(column_type),
        of_column => family == of_column || family == Family::Text,
    };
    same && cast.length.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_by_their_names() {
        for (name, family) in [
            ("character varying(30)", Family::Text),
            ("VARCHAR(30)", Family::Text),
            ("pg_catalog.text", Family::Text),
            ("bigint", Family::Integer),
            ("numeric(10,2)", Family::Numeric),
            ("timestamp(3) with time zone", Family::TimestampTz),
            ("timestamp without time zone", Family::Timestamp),
            ("text[]", Family::Other),
            ("public.\"Card\"", Family::Other),
            ("int4range", Family::Other),
        ] {
            assert_eq!(Family::of(name), family, "{name}");
        }
        assert_eq!(base_name("public.\"Card\""), "card");
    }
}
