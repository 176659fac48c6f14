//! What each link is: as declared, else by the shape of the schema. Pure: tables are numbers, links are pairs of them.

use super::Kind;

/// What the decision needs to know of a link.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub source: usize,
    pub target: usize,
    pub declared: Option<Kind>,
    /// a declared link runs the other way over the same columns
    pub reversed: bool,
}

/// The kind of every link; `subjects[table]` says which tables hold people.
pub fn decide(links: &[Shape], subjects: &[bool]) -> Vec<Kind> {
    let leads = leads_to_subject(links, subjects);
    links
        .iter()
        .map(|link| match link.declared {
            Some(kind) => kind,
            None if passes(link, subjects) && leads[link.source] => Kind::Owner,
            None => Kind::Context,
        })
        .collect()
}

/// A foreign key that is not already context by itself: a person does not own a person, and a declared link the other way has
/// said who owns whom.
fn passes(link: &Shape, subjects: &[bool]) -> bool {
    match link.declared {
        Some(kind) => kind.is_walked(),
        None => !subjects[link.target] && !link.reversed,
    }
}

fn leads_to_subject(links: &[Shape], subjects: &[bool]) -> Vec<bool> {
    let mut outgoing = vec![Vec::new(); subjects.len()];
    for link in links.iter().filter(|link| passes(link, subjects)) {
        outgoing[link.source].push(link.target);
    }
    let mut leads = subjects.to_vec();
    let mut frontier: Vec<usize> = (0..subjects.len()).filter(|t| subjects[*t]).collect();
    while let Some(table) = frontier.pop() {
        for target in &outgoing[table] {
            if !std::mem::replace(&mut leads[*target], true) {
                frontier.push(*target);
            }
        }
    }
    leads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(source: usize, target: usize) -> Shape {
        Shape {
            source,
            target,
            declared: None,
            reversed: false,
        }
    }

    #[test]
    fn parents_that_lead_to_no_person_are_context() {
        // person 0 <- order 1 <- line 2, country 3 <- order 1
        let links = [link(0, 1), link(1, 2), link(3, 1)];
        let kinds = decide(&links, &[true, false, false, false]);
        assert_eq!(kinds, [Kind::Owner, Kind::Owner, Kind::Context]);
    }

    #[test]
    fn a_person_does_not_own_a_person() {
        let kinds = decide(&[link(0, 1), link(0, 0)], &[true, true]);
        assert_eq!(kinds, [Kind::Context, Kind::Context]);
    }

    #[test]
    fn a_link_up_makes_its_target_lead_to_the_person_but_not_back_down() {
        // person 0 -> address 1 declared, the foreign key address -> visit 2, and address -> person
        let up = Shape {
            declared: Some(Kind::Owner),
            ..link(0, 1)
        };
        let links = [up, link(1, 2), link(1, 0)];
        let kinds = decide(&links, &[true, false, false]);
        assert_eq!(kinds, [Kind::Owner, Kind::Owner, Kind::Context]);
        // membership 1 -> group 2 declared over the columns of the foreign key group -> membership
        let up = Shape {
            declared: Some(Kind::Owner),
            ..link(1, 2)
        };
        let back = Shape {
            reversed: true,
            ..link(2, 1)
        };
        let kinds = decide(&[link(0, 1), up, back], &[true, false, false]);
        assert_eq!(kinds, [Kind::Owner, Kind::Owner, Kind::Context]);
    }

    #[test]
    fn what_is_declared_context_leads_nowhere() {
        let cut = Shape {
            declared: Some(Kind::Context),
            ..link(0, 1)
        };
        let kinds = decide(&[cut, link(1, 2)], &[true, false, false]);
        assert_eq!(kinds, [Kind::Context, Kind::Context]);
    }
}
