//! What an eraser says that it has done.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What became of what a source held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    pub source: String,
    pub action: &'static str,
    pub rows: u64,
    pub ground: Option<String>,
}

/// The words of reports that a source can say, in their order.
pub const ACTIONS: [&str; 4] = ["deleted", "anonymised", "pseudonymised", "kept"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    action: String,
    rows: i64,
    ground: Option<String>,
}

/// The rows of one eraser, those that say the same as one.
#[derive(Default)]
pub struct Report(BTreeMap<(usize, Option<String>), u64>);

impl Report {
    /// Adds a row; what is wrong with it, if something is.
    pub fn add(&mut self, text: &str) -> Result<(), &'static str> {
        let row: Row = serde_json::from_str(text)
            .map_err(|_| "It is no object with the keys action, rows and ground alone.")?;
        let mut actions = ACTIONS.iter();
        let action = actions.position(|action| *action == row.action);
        let action =
            action.ok_or("Its action is none of deleted, anonymised, pseudonymised, kept.")?;
        let rows = u64::try_from(row.rows).map_err(|_| "Its rows are less than 0.")?;
        let ground = row.ground.filter(|ground| !ground.trim().is_empty());
        if ACTIONS[action] == "kept" && ground.is_none() {
            return Err("What is kept needs a ground.");
        }
        let sum = self.0.entry((action, ground)).or_default();
        *sum = sum
            .checked_add(rows)
            .filter(|sum| i64::try_from(*sum).is_ok())
            .ok_or("Its rows are too many.")?;
        Ok(())
    }

    pub fn of(self, source: &str) -> impl Iterator<Item = Reported> {
        self.0
            .into_iter()
            .map(move |((action, ground), rows)| Reported {
                source: source.to_owned(),
                action: ACTIONS[action],
                rows,
                ground,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: &[&str]) -> Result<Vec<(&'static str, u64, Option<String>)>, &'static str> {
        let mut report = Report::default();
        rows.iter().try_for_each(|row| report.add(row))?;
        let lines = report.of("store");
        Ok(lines
            .map(|line| (line.action, line.rows, line.ground))
            .collect())
    }

    #[test]
    fn rows_that_say_the_same_are_added_up() {
        let rows = [
            r#"{"action": "kept", "rows": 1, "ground": "tax law"}"#,
            r#"{"action": "deleted", "rows": 2}"#,
            r#"{"action": "deleted", "rows": 3, "ground": null}"#,
            r#"{"action": "kept", "rows": 4, "ground": "a claim"}"#,
        ];
        let ground = |ground: &str| Some(ground.to_owned());
        assert_eq!(
            report(&rows),
            Ok(vec![
                ("deleted", 5, None),
                ("kept", 4, ground("a claim")),
                ("kept", 1, ground("tax law"))
            ])
        );
    }

    #[test]
    fn zero_rows_are_said() {
        let rows = [r#"{"action": "deleted", "rows": 0}"#];
        assert_eq!(report(&rows), Ok(vec![("deleted", 0, None)]));
        assert_eq!(report(&[]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for wrong in [
            "null",
            "1",
            "[]",
            "{}",
            r#"{"action": "deleted"}"#,
            r#"{"action": "deleted", "rows": -1}"#,
            r#"{"action": "deleted", "rows": 1.5}"#,
            r#"{"action": "deleted", "rows": "1"}"#,
            r#"{"action": "deleted", "rows": 9223372036854775808}"#,
            r#"{"action": "detached", "rows": 1}"#,
            r#"{"action": "Deleted", "rows": 1}"#,
            r#"{"action": "deleted", "rows": 1, "name": "Ada"}"#,
            r#"{"action": "kept", "rows": 1}"#,
            r#"{"action": "kept", "rows": 1, "ground": " "}"#,
        ] {
            assert!(report(&[wrong]).is_err(), "{wrong}");
        }
        let most = r#"{"action": "deleted", "rows": 9223372036854775807}"#;
        assert!(report(&[most]).is_ok());
        assert!(report(&[most, r#"{"action": "deleted", "rows": 1}"#]).is_err());
    }
}
