//! What a column holds, by its name, its type and its values together.

use super::category::Category;
use super::detector::Origin;
use super::document::Place;
use super::names::{self, Form, Of};
use super::sample::{Hits, Sample};

/// What is told of a column. Never a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub category: Category,
    pub confidence: f64,
    pub reason: String,
    /// The places inside, where it holds documents.
    pub places: Vec<Inside>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    pub path: String,
    pub category: Category,
    pub confidence: f64,
}

/// The table that a column is in.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub of: Of,
    /// The only column that says so: it does not say so of itself.
    by: Option<&'a str>,
    /// A street or an address is beside it.
    pub is_addressed: bool,
}

/// Below this there is nothing to tell.
pub const LEAST: f64 = 0.3;
/// So many values are enough to say that a column does not hold what it is called.
const ENOUGH: usize = 5;
/// With fewer, what looks like a name can be a thing's.
const FEW: f64 = 6.0;

impl Around<'_> {
    const NOTHING: Around<'static> = Around {
        of: Of::Unknown,
        by: None,
        is_addressed: false,
    };

    fn of(&self, column: &str) -> Of {
        match self.by == Some(column) {
            true => Of::Unknown,
            false => self.of,
        }
    }
}

impl Finding {
    pub fn is_special(&self) -> bool {
        self.category.article().is_some()
            || self
                .places
                .iter()
                .any(|place| place.category.article().is_some())
    }
}

/// What surrounds the columns of a table: its name, and what the columns are certain to be.
pub fn around<'a>(
    table: &str,
    columns: impl IntoIterator<Item = (&'a str, Form, &'a Sample)>,
) -> Around<'a> {
    let mut around = Around {
        of: names::table(table),
        ..Around::NOTHING
    };
    let mut others = 0;
    for (name, form, sample) in columns {
        let Some(finding) = column(name, form, sample, &Around::NOTHING)
            .filter(|finding| finding.confidence >= 0.7)
        else {
            continue;
        };
        let category = finding.category;
        around.is_addressed |= matches!(category, Category::Street | Category::Address);
        // A shop has an e-mail address, too; a person's name makes it a person.
        let tells = match names::table(table) {
            Of::Persons => false,
            Of::Things => matches!(
                category,
                Category::FirstName | Category::LastName | Category::BirthDate
            ),
            _ => category.is_of_persons(),
        };
        if tells {
            around.of = Of::Persons;
            others += 1;
            around.by = Some(name).filter(|_| others == 1);
        }
    }
    around
}

/// A column of single values, or a place in documents that is called so.
pub fn column(name: &str, form: Form, sample: &Sample, around: &Around) -> Option<Finding> {
    let of = around.of(name);
    let hits = sample.hits();
    let said = names::column(name, form).map(|(category, weight)| {
        (
            category,
            in_table(category, weight, of, around.is_addressed),
        )
    });
    let seen = by_values(name, hits, sample, said.map(|(category, _)| category), of);
    let text = free_text(hits, sample);
    let seen = match (seen, text) {
        (Some(seen), Some(text)) if text.1 > seen.1 && seen.1 < 0.5 => Some(text),
        (None, text) => text,
        (seen, _) => seen,
    };
    let (category, confidence) = match (said, &seen) {
        (None, None) => return None,
        (Some(said), None) => (said.0, said.1 * doubt(said, sample)),
        (None, Some((category, confidence, _))) => (*category, *confidence),
        (Some(said), Some((category, confidence, _))) if said.0.agrees(*category) => (
            more_exact(said.0, *category),
            1.0 - (1.0 - said.1) * (1.0 - confidence),
        ),
        (Some(said), Some((category, confidence, _))) => {
            let said = (said.0, said.1 * doubt(said, sample));
            if said.1 >= *confidence {
                said
            } else {
                (*category, *confidence)
            }
        }
    };
    let confidence = confidence.min(0.99);
    if confidence < LEAST {
        return None;
    }
    let mut reasons = Vec::new();
    if let Some((said, _)) = said.filter(|(said, _)| said.agrees(category)) {
        reasons.push(format!("its name says {}", said.name().replace('_', " ")));
        if of == Of::Persons {
            reasons.push("the table is of persons".to_owned());
        }
    }
    match seen {
        Some((.., reason)) => reasons.push(reason),
        None if sample.is_empty() => reasons.push("no values were seen".to_owned()),
        None => {}
    }
    if let Some(article) = category.article() {
        reasons.push(format!("Art. {article} GDPR"));
    }
    Some(Finding {
        category,
        confidence,
        reason: reasons.join("; "),
        places: Vec::new(),
    })
}

/// A column of documents or arrays: the places inside, of which the surest says what it is.
pub fn document(name: &str, places: &[Place], around: &Around) -> Option<Finding> {
    let own = column(name, Form::Document, &Sample::new(Origin::Other), around);
    let mut found: Vec<(String, Finding)> = Vec::new();
    for place in places {
        // What an element is called is what the list is called.
        let called = place
            .path
            .iter()
            .rfind(|part| *part != "*")
            .map_or(name, String::as_str);
        if let Some(finding) = column(called, place.form, &place.values, around) {
            found.push((place.path.join("."), finding));
        }
    }
    found.sort_by(|(one, a), (other, b)| {
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| one.cmp(other))
    });
    let Some((_, best)) = found.first() else {
        return own;
    };
    // What is forbidden to process is what has to be known first.
    let special = found
        .iter()
        .find(|(_, finding)| finding.is_special() && finding.confidence >= 0.7);
    let best = special.map_or(best, |(_, finding)| finding);
    let mut reasons: Vec<String> = found
        .iter()
        .take(5)
        .map(|(path, finding)| match path.as_str() {
            "" => finding.reason.clone(),
            "*" => format!("its elements: {}", finding.reason),
            path => format!("at {path}: {}", finding.reason),
        })
        .collect();
    if found.len() > 5 {
        reasons.push(format!("and {} places more", found.len() - 5));
    }
    let inside = |(path, finding): &(String, Finding)| Inside {
        path: path.clone(),
        category: finding.category,
        confidence: finding.confidence,
    };
    Some(Finding {
        category: best.category,
        confidence: best.confidence,
        reason: reasons.join(". "),
        places: found.iter().map(inside).collect(),
    })
}

/// The weight of a name in a table of persons, of things, or of something else.
fn in_table(category: Category, weight: f64, of: Of, is_addressed: bool) -> f64 {
    let is_vague = weight < 0.6;
    let is_part_of_address = matches!(
        category,
        Category::City | Category::Postcode | Category::Country
    );
    match of {
        // Whatever has a word of things in front of it stays what it is.
        Of::Persons if weight < 0.2 => weight,
        Of::Persons if is_vague => weight + 0.4,
        Of::Persons => weight + (1.0 - weight) * 0.4,
        _ if is_part_of_address && is_addressed => weight + 0.3,
        Of::Things if is_vague => weight * 0.4,
        Of::Things if category == Category::Coordinates => weight * 0.5,
        Of::Things if category.article().is_none() => weight * 0.8,
        _ => weight,
    }
}

/// What is called so, and is not written so.
fn doubt((category, weight): (Category, f64), sample: &Sample) -> f64 {
    if sample.origin != Origin::Text {
        return 1.0;
    }
    match category {
        // Those of an office are no person's.
        Category::Email if !sample.is_empty() => 0.35,
        _ if sample.len() < ENOUGH => 1.0,
        Category::Iban | Category::Ip => 0.35,
        Category::Phone | Category::PaymentCard => 0.8,
        Category::Name | Category::FirstName | Category::LastName if weight < 0.9 => 0.8,
        _ => 1.0,
    }
}

fn more_exact(said: Category, seen: Category) -> Category {
    match (said, seen) {
        (Category::BankAccount, Category::Iban)
        | (Category::UserName, Category::Email)
        | (Category::Device, Category::Ip) => seen,
        _ => said,
    }
}

type Seen = (Category, f64, String);

/// The detector that explains the values best; one that says what the name says, if there is one.
fn by_values(
    name: &str,
    hits: &[Hits],
    sample: &Sample,
    said: Option<Category>,
    of: Of,
) -> Option<Seen> {
    let is_of_things = names::is_of_things(name);
    let mut seen: Vec<(&Hits, f64)> = hits
        .iter()
        .filter(|hits| hits.hits > 0)
        .map(|hits| {
            let mut confidence = of_share(hits, sample.len());
            // Numbers of things add up by chance, or by the same rule.
            if is_of_things && hits.detector.chance() > 0.001 {
                confidence *= 0.2;
            }
            // A brand or two are called as people are.
            if is_often_a_thing(hits.detector.category()) {
                confidence *= (hits.hits as f64 / FEW).min(1.0);
            }
            if of == Of::Persons && hits.detector.most() < 0.7 && confidence > 0.15 {
                confidence += 0.15;
            }
            (hits, confidence)
        })
        .filter(|(_, confidence)| *confidence > 0.1)
        .collect();
    let agrees = |hits: &Hits| said.is_some_and(|said| said.agrees(hits.detector.category()));
    seen.sort_by(|(one, a), (other, b)| agrees(other).cmp(&agrees(one)).then(b.total_cmp(a)));
    // What contradicts the name has to be the surest of all.
    let (first, _) = seen.first()?;
    if !agrees(first) {
        seen.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    }
    let (hits, confidence) = seen.first()?;
    Some((
        hits.detector.category(),
        *confidence,
        format!(
            "{} of {} sampled values look like {}",
            hits.hits,
            sample.len(),
            hits.detector.values()
        ),
    ))
}

/// Of which a few values say nothing yet.
fn is_often_a_thing(category: Category) -> bool {
    use Category::*;
    matches!(category, Name | FirstName | LastName | Phone)
}

/// What a share of values says: more than chance would give, in values enough.
fn of_share(hits: &Hits, values: usize) -> f64 {
    let detector = hits.detector;
    let chance = detector.chance();
    let share = (hits.hits as f64 / values as f64 - chance).max(0.0) / (1.0 - chance);
    let expected = match detector.category() {
        // No list has every name.
        Category::Name => 0.5,
        Category::FirstName => 0.45,
        Category::LastName => 0.3,
        Category::Street => 0.5,
        _ => 0.8,
    };
    // Of what nothing else looks like, a few will do.
    let exponent = if chance < 0.001 { 0.3 } else { 1.5 };
    let by_chance = 50.0 * chance.powi(i32::try_from(hits.hits).unwrap_or(i32::MAX));
    detector.most() * (share / expected).min(1.0).powf(exponent) / (1.0 + by_chance)
}

/// Texts in which something personal stands.
fn free_text(hits: &[Hits], sample: &Sample) -> Option<Seen> {
    let mut within: Vec<&Hits> = hits.iter().filter(|hits| hits.within > 0).collect();
    within.sort_by_key(|hits| std::cmp::Reverse(hits.within));
    let most = within.first()?;
    let share = most.within as f64 / sample.len() as f64;
    // A name in one text of many is a street's, or a book's.
    let only_names = within
        .iter()
        .all(|hits| hits.detector.category() == Category::Name);
    let confidence = match only_names {
        true => 0.25 + 0.6 * (share * 2.0).min(1.0),
        false => 0.5 + 0.45 * (share * 5.0).min(1.0).sqrt(),
    };
    let shown: Vec<String> = within
        .iter()
        .take(3)
        .map(|hits| {
            format!(
                "{} ({} of {})",
                hits.detector.values(),
                hits.within,
                sample.len()
            )
        })
        .collect();
    Some((
        Category::FreeText,
        confidence,
        format!("sampled texts mention {}", shown.join(", ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: Around = Around::NOTHING;

    fn sample(values: impl IntoIterator<Item = String>) -> Sample {
        let mut sample = Sample::new(Origin::Text);
        values.into_iter().for_each(|value| sample.add(&value));
        sample
    }

    fn judged(name: &str, values: impl IntoIterator<Item = String>) -> Option<(Category, f64)> {
        column(name, Form::Text, &sample(values), &UNKNOWN)
            .map(|finding| (finding.category, finding.confidence))
    }

    fn emails() -> impl Iterator<Item = String> {
        (0..40).map(|n| format!("user{n}@example.org"))
    }

    #[test]
    fn names_and_values_together() {
        let (category, confidence) = judged("email", emails()).unwrap();
        assert!(category == Category::Email && confidence > 0.95);
        let (category, confidence) = judged("x1", emails()).unwrap();
        assert!(category == Category::Email && (0.8..0.97).contains(&confidence));
        let (category, confidence) = judged("email", []).unwrap();
        assert!(category == Category::Email && (0.8..0.95).contains(&confidence));
        // Called so, and something else.
        assert!(
            judged("email", (0..40).map(|n| format!("template {n}")))
                .is_none_or(|(_, confidence)| confidence < 0.5)
        );
        // One in ten is personal all the same.
        let mixed = emails()
            .take(10)
            .chain((0..90).map(|n| format!("counter {n}")));
        assert!(
            judged("x1", mixed).is_some_and(
                |(category, confidence)| category == Category::Email && confidence > 0.4
            )
        );
        assert_eq!(judged("x1", (0..40).map(|n| format!("item {n}"))), None);
    }

    #[test]
    fn reasons_hold_no_value() {
        let finding = column("contact", Form::Text, &sample(emails()), &UNKNOWN).unwrap();
        assert_eq!(
            finding.reason,
            "40 of 40 sampled values look like e-mail addresses"
        );
        let finding = column("religion", Form::Text, &sample([]), &UNKNOWN).unwrap();
        assert_eq!(
            finding.reason,
            "its name says religion; no values were seen; Art. 9 GDPR"
        );
        assert!(finding.is_special());
    }

    #[test]
    fn texts_that_mention_persons() {
        let texts = (0..50).map(|n| match n {
            7 => "please answer to ada@example.org, thanks".to_owned(),
            n => format!("parcel {n} arrived late today"),
        });
        let finding = column("x1", Form::Text, &sample(texts), &UNKNOWN).unwrap();
        assert_eq!(finding.category, Category::FreeText);
        assert_eq!(
            finding.reason,
            "sampled texts mention e-mail addresses (1 of 50)"
        );
    }

    #[test]
    fn vague_names_are_what_their_table_is() {
        let nothing = Sample::new(Origin::Text);
        let around = |table, column| around(table, [(column, Form::Text, &nothing)]);
        let of = |around: &Around| {
            column("name", Form::Text, &sample([]), around)
                .map_or(0.0, |finding| finding.confidence)
        };
        assert!(of(&around("customer", "x")) > 0.7);
        assert!(of(&around("x", "first_name")) > 0.7);
        assert_eq!(of(&around("product", "x")), 0.0);
        assert!(of(&around("x", "x")) < 0.5);
        let weight = |table| {
            column("weight", Form::Number, &sample([]), &around(table, "x"))
                .map(|finding| finding.is_special())
        };
        assert_eq!((weight("patient"), weight("product")), (Some(true), None));
    }
}
