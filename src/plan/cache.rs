//! The plans of this session: each as long as the graph that it was made for.

use super::Plan;
use crate::error::Result;
use crate::link::graph::Graph;
use pgrx::pg_sys::Oid;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    static PLANS: RefCell<HashMap<Oid, (u64, Rc<Plan>)>> = RefCell::default();
}

/// The plan for walks over a graph. Needs SPI and pinned settings.
pub fn plan(graph: &Rc<Graph>) -> Result<Rc<Plan>> {
    let generation = graph.generation.get();
    let known = PLANS.with_borrow(|plans| plans.get(&graph.start_scan).cloned());
    if let Some((of, plan)) = known
        && of == generation
        && Rc::ptr_eq(&plan.graph, graph)
    {
        return Ok(plan);
    }
    let plan = Rc::new(Plan::build(graph)?);
    PLANS.with_borrow_mut(|plans| plans.insert(graph.start_scan, (generation, plan.clone())));
    Ok(plan)
}
