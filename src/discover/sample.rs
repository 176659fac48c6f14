//! The values that were read of a column, or of a place in its documents.

use super::detector::{ALL, Detector, Origin, Value};
use std::cell::OnceCell;
use std::collections::HashSet;

/// Different values, that is: a column that says the same everywhere says it once.
pub struct Sample {
    pub origin: Origin,
    values: HashSet<String>,
    /// Asked for more than once, when nothing is added any more.
    hits: OnceCell<Vec<Hits>>,
}

/// How many of how many values a detector takes for its own.
pub struct Hits {
    pub detector: &'static dyn Detector,
    pub hits: usize,
    /// In longer texts.
    pub within: usize,
}

/// What is longer is not read to its end.
const LONGEST: usize = 4000;

impl Sample {
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            values: HashSet::new(),
            hits: OnceCell::new(),
        }
    }

    pub fn add(&mut self, value: &str) {
        let cut = value
            .char_indices()
            .nth(LONGEST)
            .map_or(value, |(end, _)| &value[..end]);
        if !cut.trim().is_empty() {
            self.values.insert(cut.to_owned());
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.values.extend(other.values);
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Those detectors that found something.
    pub fn hits(&self) -> &[Hits] {
        self.hits.get_or_init(|| self.found())
    }

    fn found(&self) -> Vec<Hits> {
        let mut found = ALL.map(|detector| Hits {
            detector,
            hits: 0,
            within: 0,
        });
        for text in &self.values {
            let value = Value::new(text, self.origin);
            for hits in &mut found {
                if hits.detector.is(&value) {
                    hits.hits += 1;
                } else if value.words > 1 && hits.detector.stands_in(&value) {
                    hits.within += 1;
                }
            }
        }
        found
            .into_iter()
            .filter(|hits| hits.hits + hits.within > 0)
            .collect()
    }
}
