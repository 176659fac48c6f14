//! Which columns follow a key that is rewritten: those of foreign keys that reference it, those that reference these, and so on.

use crate::catalog::schema::ForeignKey;
use std::collections::{BTreeMap, BTreeSet};

/// A column of a table: the table's oid and the column's number.
pub type Place = (u32, i16);

/// A column that gets the new value of what it references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The number of the foreign key.
    pub key: usize,
    /// The column that it references.
    pub source: Place,
    /// The column whose rule makes the value.
    pub origin: Place,
}

/// Two foreign keys would give a column values that two rules make.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict {
    pub place: Place,
    pub keys: [usize; 2],
}

/// `ruled` are all columns that a rule changes; those of them that are foreign keys become NULL, and follow nothing.
pub fn all(
    ruled: &BTreeSet<Place>,
    keys: &[ForeignKey],
) -> Result<BTreeMap<Place, Followed>, Conflict> {
    let mut all: BTreeMap<Place, Followed> = BTreeMap::new();
    loop {
        let mut grew = false;
        for (number, key) in keys.iter().enumerate() {
            for (source, target) in key.source_columns.iter().zip(&key.target_columns) {
                let source = (key.source.to_u32(), *source);
                let place = (key.target.to_u32(), *target);
                let origin = match all.get(&source) {
                    _ if ruled.contains(&source) => source,
                    Some(followed) => followed.origin,
                    None => continue,
                };
                // A column that references itself is what it is.
                if ruled.contains(&place) || place == source {
                    continue;
                }
                match all.get(&place) {
                    Some(known) if known.origin != origin => {
                        return Err(Conflict {
                            place,
                            keys: [known.key, number],
                        });
                    }
                    Some(_) => {}
                    None => {
                        grew = true;
                        let followed = Followed {
                            key: number,
                            source,
                            origin,
                        };
                        all.insert(place, followed);
                    }
                }
            }
        }
        if !grew {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgrx::pg_sys::Oid;

    fn key(source: (u32, &[i16]), target: (u32, &[i16])) -> ForeignKey {
        ForeignKey {
            name: String::new(),
            source: Oid::from(source.0),
            source_columns: source.1.to_vec(),
            target: Oid::from(target.0),
            target_columns: target.1.to_vec(),
            operators: Vec::new(),
            on_delete: String::new(),
            match_full: false,
            release: None,
        }
    }

    fn origins(ruled: &[Place], keys: &[ForeignKey]) -> Result<Vec<(Place, Place)>, Conflict> {
        let all = all(&ruled.iter().copied().collect(), keys)?;
        Ok(all
            .into_iter()
            .map(|(place, f)| (place, f.origin))
            .collect())
    }

    #[test]
    fn a_chain_follows_to_its_end() {
        // In whatever order the keys come.
        let keys = [key((2, &[5]), (3, &[7])), key((1, &[1]), (2, &[5]))];
        let expected = vec![((2, 5), (1, 1)), ((3, 7), (1, 1))];
        assert_eq!(origins(&[(1, 1)], &keys), Ok(expected));
        assert_eq!(origins(&[(9, 1)], &keys), Ok(Vec::new()));
    }

    #[test]
    fn of_a_composite_key_only_what_changes_follows() {
        let keys = [key((1, &[1, 2]), (2, &[3, 4]))];
        assert_eq!(origins(&[(1, 2)], &keys), Ok(vec![((2, 4), (1, 2))]));
    }

    #[test]
    fn what_has_a_rule_does_not_follow() {
        let keys = [key((1, &[1]), (2, &[2]))];
        assert_eq!(origins(&[(1, 1), (2, 2)], &keys), Ok(Vec::new()));
    }

    #[test]
    fn two_ways_to_the_same_key_agree_and_to_two_keys_do_not() {
        let same = [
            key((1, &[1]), (2, &[1])),
            key((1, &[1]), (3, &[1])),
            key((2, &[1]), (4, &[1])),
            key((3, &[1]), (4, &[1])),
        ];
        let expected = vec![((2, 1), (1, 1)), ((3, 1), (1, 1)), ((4, 1), (1, 1))];
        assert_eq!(origins(&[(1, 1)], &same), Ok(expected));
        let different = [key((1, &[1]), (3, &[1])), key((2, &[1]), (3, &[1]))];
        let conflict = Conflict {
            place: (3, 1),
            keys: [0, 1],
        };
        assert_eq!(origins(&[(1, 1), (2, 1)], &different), Err(conflict));
    }

    #[test]
    fn tables_can_reference_each_other_and_themselves() {
        let keys = [
            key((1, &[1]), (2, &[2])),
            key((2, &[1]), (1, &[2])),
            key((1, &[1]), (1, &[3])),
            key((1, &[1]), (1, &[1])),
        ];
        let expected = vec![((1, 2), (2, 1)), ((1, 3), (1, 1)), ((2, 2), (1, 1))];
        assert_eq!(origins(&[(1, 1), (2, 1)], &keys), Ok(expected));
    }
}
