//! Tables whose rows can be reached in several ways, or from each other: rows are gathered as candidates, then resolved together.

use super::found::Found;
use super::gathering::{Gathered, Gathering};
use super::output::{Given, content};
use super::resolve::{Edge, Outcome, Status, resolve};
use super::statements::{Purpose, Size, Step};
use super::{Batch, Walk, batches, forward_parameters, parameters};
use crate::error::Result;
use crate::link::Kind;
use crate::link::graph::{Check, partition_of_row};
use std::collections::HashSet;

impl Walk<'_> {
    pub(super) fn settle(&mut self, tables: &[usize]) -> Result<()> {
        let mut gathering = self.gather_start(tables);
        let graph = self.graph;
        for table in tables {
            for number in self.walked_links_to(*table) {
                if !tables.contains(&graph.links[number].source.table) {
                    self.gather_from_outside(number, &mut gathering)?;
                }
                if let Some(earlier) = self.earlier_source(number) {
                    self.gather_from(number, earlier, &mut gathering)?;
                }
            }
        }
        loop {
            let pending = gathering.take_pending(graph);
            if pending.is_empty() {
                break;
            }
            for (table, rows) in &pending {
                for number in &graph.tables[*table].outgoing {
                    if tables.contains(&graph.links[*number].target.table) {
                        self.gather_from_inside(*number, rows, &mut gathering)?;
                    }
                }
            }
        }
        for table in tables {
            for number in &graph.tables[*table].incoming {
                let link = &graph.links[*number];
                if link.kind == Kind::Owner && link.check == Check::Probe {
                    self.look_for_owners(*number, &mut gathering)?;
                }
            }
        }
        self.finish(tables, gathering)
    }

    fn gather_start(&mut self, tables: &[usize]) -> Gathering {
        let mut gathering = Gathering::default();
        for number in tables {
            let table = &self.graph.tables[*number];
            let mut found = self.found[*number].take().unwrap_or_else(|| {
                Found::new(self.graph, *number, self.steps.reading, self.memory)
            });
            if self.output.is_some() {
                found.keep_for_later(table, self.memory);
            }
            gathering.enter(*number, found);
        }
        gathering
    }

    /// Follows a link from a table whose rows are decided.
    fn gather_from_outside(&mut self, number: usize, gathering: &mut Gathering) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let Some(source) = self.found[link.source.table].take() else {
            return Ok(());
        };
        self.gather_from(number, &source, gathering)?;
        self.found[link.source.table] = Some(source);
        Ok(())
    }

    fn gather_from(&self, number: usize, source: &Found, gathering: &mut Gathering) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        for batch in batches(link, source, source.walked(), self.partition_slot(link))? {
            let size = Size::of(batch.rows.len());
            let parameters = forward_parameters(link, source, &batch, size);
            self.steps
                .run(Step::Forward(number), size, &parameters, |row| {
                    let from = batch.row(row);
                    let to = gathering.meet(graph, link.target.table, row);
                    let candidate = &mut gathering.candidates[to as usize];
                    if candidate.start {
                        return;
                    }
                    let way = (source.depth[from] + 1, number as u32);
                    candidate.nearest = Some(candidate.nearest.map_or(way, |known| known.min(way)));
                    match (link.kind, source.status[from]) {
                        (Kind::Owner, Status::Own) => candidate.own_owner = true,
                        (Kind::Owner, _) => candidate.shared_owner = true,
                        _ => candidate.accessed = true,
                    }
                    gathering.note_followed(number, link, to);
                })?;
        }
        Ok(())
    }

    /// Follows a link between the tables being settled, from these rows.
    fn gather_from_inside(
        &mut self,
        number: usize,
        rows: &[u32],
        gathering: &mut Gathering,
    ) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let slot = self.partition_slot(link);
        let source = &gathering.tables[&link.source.table];
        let mut prepared = Vec::new();
        for batch in batches(link, &source.found, rows.to_vec(), slot)? {
            let size = Size::of(batch.rows.len());
            let parameters = forward_parameters(link, &source.found, &batch, size);
            let from: Vec<u32> = batch
                .rows
                .iter()
                .map(|row| source.candidates[*row as usize])
                .collect();
            prepared.push((Batch { rows: from }, size, parameters));
        }
        for (batch, size, parameters) in prepared {
            self.steps
                .run(Step::Forward(number), size, &parameters, |row| {
                    let from = batch.row(row) as u32;
                    let to = gathering.meet(graph, link.target.table, row);
                    if gathering.candidates[to as usize].start {
                        return;
                    }
                    gathering.edges.push(Edge {
                        from,
                        to,
                        link: number as u32,
                        owner: link.kind == Kind::Owner,
                        declared: link.reviewed,
                    });
                    gathering.note_followed(number, link, to);
                })?;
        }
        Ok(())
    }

    /// Looks for the owners that a declared link gives to the rows gathered, wherever they are.
    fn look_for_owners(&mut self, number: usize, gathering: &mut Gathering) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let wanted = &graph.tables[link.target.table].wanted;
        let partition = wanted.iter().position(|known| *known == partition_of_row());
        let rows = gathering.rows_to_ask_about(number, link, partition);
        for rows in rows.chunks(super::BATCH) {
            let batch = Batch {
                rows: rows.to_vec(),
            };
            let size = Size::of(rows.len());
            let target = &gathering.tables[&link.target.table];
            let condition = link.condition.iter().flat_map(|c| &c.target);
            let values = link.target.columns.iter().map(|column| &column.value);
            let slots = values
                .chain(condition.map(|(_, value)| value))
                .filter_map(|value| value.slot);
            let parameters = parameters(slots, &target.found, &batch, size);
            let asked: Vec<u32> = rows
                .iter()
                .map(|row| target.candidates[*row as usize])
                .collect();
            let asked = Batch { rows: asked };
            let decided = self.found[link.source.table].as_ref();
            self.steps
                .run(Step::Reverse(number), size, &parameters, |row| {
                    let to = asked.row(row);
                    gathering.owner_seen(number, link, decided, to as u32, row);
                })?;
        }
        Ok(())
    }

    /// Decides what each candidate is, and gives out those that are found.
    fn finish(&mut self, tables: &[usize], mut gathering: Gathering) -> Result<()> {
        let graph = self.graph;
        for (candidate, owed) in gathering.candidates.iter_mut().zip(&gathering.owed) {
            for link in owed {
                match graph.links[*link as usize].reviewed {
                    true => candidate.outside_declared = true,
                    false => candidate.outside_undeclared = true,
                }
            }
        }
        let outcomes = resolve(&gathering.candidates, &gathering.edges);
        if self.steps.reading.purpose != Purpose::Collect {
            self.note_unreviewed(&gathering, &outcomes)?;
        }
        for number in tables {
            let Some(mut gathered) = gathering.tables.remove(number) else {
                continue;
            };
            for (row, candidate) in gathered.candidates.iter().enumerate().skip(gathered.first) {
                let outcome = &outcomes[*candidate as usize];
                gathered.found.status[row] = outcome.status;
                gathered.found.depth[row] = outcome.depth;
                gathered.found.taken += u64::from(outcome.status != Status::Absent);
            }
            self.give_out(*number, &gathered, &outcomes)?;
            self.found[*number] = Some(gathered.found);
        }
        Ok(())
    }

    /// Notes for each unreviewed row the undeclared links from owners that the walk did not come to.
    fn note_unreviewed(&mut self, gathering: &Gathering, outcomes: &[Outcome]) -> Result<()> {
        if !outcomes.iter().any(|outcome| outcome.unreviewed) {
            return Ok(());
        }
        let graph = self.graph;
        let met = self.owners_met(gathering, outcomes)?;
        let mut causes: Vec<(u32, u32)> = Vec::new();
        for (candidate, owed) in (0u32..).zip(&gathering.owed) {
            let undeclared = owed
                .iter()
                .filter(|link| !graph.links[**link as usize].reviewed);
            causes.extend(undeclared.map(|link| (candidate, *link)));
        }
        causes.retain(|cause| !met.contains(cause));
        let is_absent = |candidate: u32| outcomes[candidate as usize].status == Status::Absent;
        let from_absent = gathering.edges.iter().filter(|edge| is_absent(edge.from));
        let undeclared = from_absent.filter(|edge| edge.owner && !edge.declared);
        causes.extend(undeclared.map(|edge| (edge.to, edge.link)));
        causes.retain(|(candidate, _)| outcomes[*candidate as usize].unreviewed);
        causes.sort_unstable();
        causes.dedup();
        self.unreviewed
            .add(causes.into_iter().map(|(_, link)| link as usize));
        Ok(())
    }

    /// Candidates and the links by which a row owns them that is found but not walked on from: what settles that row settles them.
    fn owners_met(
        &self,
        gathering: &Gathering,
        outcomes: &[Outcome],
    ) -> Result<HashSet<(u32, u32)>> {
        let graph = self.graph;
        let mut met = HashSet::new();
        for (number, target) in &gathering.tables {
            for number in &graph.tables[*number].incoming {
                let link = &graph.links[*number];
                if link.kind != Kind::Owner || link.reviewed || link.depth.is_none() {
                    continue;
                }
                let (source, rows) = match gathering.tables.get(&link.source.table) {
                    Some(source) => (&source.found, source.passed_over(outcomes)),
                    None => match &self.found[link.source.table] {
                        Some(found) => (found, found.rows_that_are(|s| s == Status::Unreviewed)),
                        None => continue,
                    },
                };
                for batch in batches(link, source, rows, self.partition_slot(link))? {
                    let size = Size::of(batch.rows.len());
                    let parameters = forward_parameters(link, source, &batch, size);
                    self.steps
                        .run(Step::Forward(*number), size, &parameters, |row| {
                            if let Some(place) =
                                target.found.find(row, target.found.layout.identity)
                            {
                                met.insert((target.candidates[place as usize], *number as u32));
                            }
                        })?;
                }
            }
        }
        Ok(met)
    }

    /// Reads the contents of the rows that are found.
    fn give_out(&mut self, number: usize, gathered: &Gathered, outcomes: &[Outcome]) -> Result<()> {
        let graph = self.graph;
        let table = &graph.tables[number];
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let outcome = |row: u32| &outcomes[gathered.candidates[row as usize] as usize];
        let mut give = |row: u32, content| {
            let outcome = outcome(row);
            output.put(&Given {
                table: number,
                relation: table.relation,
                place: Some(row),
                depth: outcome.depth,
                via: outcome.via.map(|link| link as usize),
                from: None,
                shared: outcome.status != Status::Own,
                content,
            });
        };
        let rows = gathered.first as u32..gathered.candidates.len() as u32;
        let rows: Vec<u32> = rows
            .filter(|row| outcome(*row).status != Status::Absent)
            .collect();
        // Nothing is kept of start rows, which were given out when they were found.
        let place = |row: &u32| row - gathered.first as u32;
        let kept = &gathered.found.kept;
        if table.read_at_once() {
            for row in rows {
                let place = place(&row) as usize;
                give(row, [kept[0].get(place), kept[1].get(place)]);
            }
            return Ok(());
        }
        for rows in rows.chunks(super::BATCH) {
            let size = Size::of(rows.len());
            let places: Vec<u32> = rows.iter().map(place).collect();
            let parameters: Vec<_> = kept
                .iter()
                .map(|column| size.parameter(column, &places))
                .collect();
            let batch = Batch {
                rows: rows.to_vec(),
            };
            // A declared key is a promise: should two rows have it, the row comes once all the same.
            let mut given = vec![false; rows.len()];
            self.steps
                .run(Step::Content(number), size, &parameters, |row| {
                    if !std::mem::replace(&mut given[batch.ordinal(row)], true) {
                        give(batch.row(row) as u32, content(row, 1));
                    }
                })?;
        }
        Ok(())
    }
}
