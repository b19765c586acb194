//! The core without a disk: what one event costs, whatever there is besides.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow_engine::kind::{Asked, Failure, Unpriced, Value};
use flow_engine::money::Usd;
use flow_engine::name::{Digest, KindName, RunId};
use flow_engine::plan::graph::Plan;
use flow_engine::run::RunState;
use flow_engine::run::event::{Ended, Event, SEMANTICS, Seen};
use flow_engine::run::library::{Library, Lost};
use flow_engine::time::Timestamp;
use serde_json::Value as Json;

use super::{memory, plans, report};

/// Values by their hash, in memory.
#[derive(Default)]
struct Values(Mutex<HashMap<Digest, Arc<Json>>>);

impl Library for Values {
    fn read(&self, digest: &Digest) -> Result<Arc<Json>, Lost> {
        let values = self.0.lock().expect("nothing panics");
        values.get(digest).cloned().ok_or(Lost(*digest))
    }

    fn keep(&self, text: String) -> Digest {
        let digest = Digest::of(text.as_bytes());
        let value = serde_json::from_str(&text).expect("JSON");
        self.0.lock().expect("nothing panics").insert(digest, Arc::new(value));
        digest
    }

    fn evaluate(&self, _: &KindName, input: Json) -> Result<Json, Failure> {
        Ok(input)
    }

    fn quote(&self, _: &KindName, _: &Asked<'_, Json>) -> Result<Usd, Unpriced> {
        Ok(Usd::ZERO)
    }
}

/// Runs `plan` to its end, all that is admitted ending at once; gives the time and the number of events.
fn run(plan: &Plan) -> (Duration, usize) {
    let values = Values::default();
    let null = Value::Inline("{}".into());
    let started = Event::Started {
        run: RunId::new("bench"),
        plan: Digest::of(b"bench"),
        semantics: SEMANTICS,
        inputs: null.clone(),
        files: null.clone(),
        facts: null.clone(),
        limit: None,
        granted: BTreeMap::new(),
    };
    let began = Instant::now();
    let mut state = RunState::default();
    state.apply(plan, &started).expect("a plan");
    let (mut seen, mut count) = (vec![Seen::Resumed { epoch: 1 }], 0);
    loop {
        let tick = state.tick(plan, &values, seen, Timestamp(1)).expect("a whole journal");
        count += tick.events.len();
        if tick.outcome.is_some() {
            return (began.elapsed(), count);
        }
        let ends = tick.events.iter().filter_map(|event| match event {
            Event::Admitted { attempt, .. } => {
                let ended = Ended::Done(null.clone());
                Some(Seen::Ended { attempt: *attempt, ended, took: Duration::ZERO })
            }
            _ => None,
        });
        seen = ends.collect();
        assert!(!seen.is_empty(), "something is always under way");
    }
}

pub(super) fn alone() {
    for width in [1_000, 10_000, 100_000, 300_000] {
        let plan = plans::fan_out(width);
        let before = memory("VmRSS");
        let (took, events) = run(&plan);
        let per_event = took.as_secs_f64() * 1e9 / f64::from(u32::try_from(events).expect("small"));
        let bytes = memory("VmHWM").saturating_sub(before) / width as u64;
        report(
            "core alone, fan-out",
            width,
            took,
            &format!("{per_event:.0} ns/event, {bytes} B/node"),
        );
    }
    for items in [1_000, 100_000] {
        let (took, events) = run(&plans::map("nothing", items));
        let per_event = took.as_secs_f64() * 1e9 / f64::from(u32::try_from(events).expect("small"));
        report("core alone, map", items, took, &format!("{per_event:.0} ns/event"));
    }
}

/// One fan-out, for a program that counts instructions.
pub(super) fn counted(width: usize) {
    run(&plans::fan_out(width));
}
