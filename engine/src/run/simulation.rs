//! Properties of the scheduler, over random graphs, random answers and kills between any two ticks.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::event::{At, AttemptId, Ended, Event, Outcome, Request, SEMANTICS, Seen, Value};
use super::library::{Library, Lost, keep, read};
use super::{RunState, Tick};
use crate::expression::{Expression, Template};
use crate::kind::{Class, Failure, Nature, Weight};
use crate::name::{Digest, KindName, NodeName, RunId};
use crate::plan::graph::{
    Alternative, Body, BodyIndex, Call, Carry, Each, Gate, Gives, Node, NodeIndex, OnError,
    Otherwise, Plan, PlannedKind, Repeat, Retry, Work,
};
use crate::schema::Schema;
use crate::source::Span;
use crate::time::Timestamp;

/// Values in memory; its only kind doubles a number.
#[derive(Default)]
struct Memory(Mutex<HashMap<Digest, String>>);

impl Library for Memory {
    fn read(&self, digest: &Digest) -> Result<Arc<Json>, Lost> {
        let values = self.0.lock().expect("not poisoned");
        let text = values.get(digest).ok_or(Lost(*digest))?;
        Ok(Arc::new(serde_json::from_str(text).expect("JSON")))
    }

    fn keep(&self, text: String) -> Digest {
        let digest = Digest::of(text.as_bytes());
        self.0.lock().expect("not poisoned").insert(digest, text);
        digest
    }

    fn evaluate(&self, _: &KindName, input: Json) -> Result<Json, Failure> {
        Ok(input)
    }
}

/// What one node of a random graph is like.
#[derive(Clone, Debug)]
struct Shape {
    /// Which of the nodes before it are needed.
    needs: Vec<prop::sample::Index>,
    when: Option<bool>,
    /// So many items, so many at once.
    map: Option<(u8, u32)>,
    attempts: u16,
    on_error: OnError,
    inline: bool,
    cacheable: bool,
    gate: Option<(bool, Otherwise)>,
    /// So many rounds at most; whether one is the last; whether they have a best.
    repeat: Option<(u32, bool, bool)>,
    carry: bool,
    /// Another call, or a value.
    fallback: Vec<bool>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let on_error =
        prop_oneof![3 => Just(OnError::Fail), 1 => Just(OnError::Skip), 1 => Just(OnError::Drop)];
    (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::option::weighted(0.2, any::<bool>()),
        prop::option::weighted(0.3, (0u8..6, 1u32..4)),
        1u16..4,
        on_error,
        prop::bool::weighted(0.2),
        any::<bool>(),
        (
            prop::option::weighted(
                0.2,
                (any::<bool>(), prop_oneof![Just(Otherwise::Fail), Just(Otherwise::Skip)]),
            ),
            prop::option::weighted(0.2, (1u32..4, any::<bool>(), any::<bool>())),
            any::<bool>(),
            prop::collection::vec(any::<bool>(), 0..2),
        ),
    )
        .prop_map(|(needs, when, map, attempts, on_error, inline, cacheable, rest)| {
            let (gate, repeat, carry, fallback) = rest;
            let on_error =
                if map.is_none() && on_error == OnError::Drop { OnError::Skip } else { on_error };
            Shape {
                needs,
                when,
                map,
                attempts,
                on_error,
                inline,
                cacheable,
                gate,
                repeat,
                carry,
                fallback,
            }
        })
}

fn name(text: &str) -> NodeName {
    text.parse().expect("a name")
}

fn expression(text: &str) -> Expression {
    Expression::parse(text, Span::default()).expect("an expression")
}

/// A body of the one node `leaf`, and the node that stands around it: a map, rounds, or `leaf` itself.
fn container(bodies: &mut Vec<Body>, position: usize, shape: &Shape, leaf: Node) -> Node {
    if shape.map.is_none() && shape.repeat.is_none() {
        return leaf;
    }
    let parent = Some((BodyIndex(0), NodeIndex(u32::try_from(position).expect("small"))));
    let inner =
        Node { when: None, gates: vec![], on_error: OnError::Fail, needs: vec![], ..leaf.clone() };
    bodies.push(Body::new(vec![inner], Gives::Node(NodeIndex(0)), parent));
    let work = Work::Body(BodyIndex(u32::try_from(bodies.len()).expect("small")));
    let carry = Carry { name: name("former"), value: expression(&format!("n{position}")) };
    let each = shape.map.map(|(items, limit)| Each {
        list: expression(&format!("range({items})")),
        item: name("it"),
        key: None,
        limit: Some(limit),
        max_items: 1000,
        budget: None,
    });
    let repeat = shape.repeat.filter(|_| each.is_none()).map(|(max, until, best)| Repeat {
        max,
        until: expression(&until.to_string()),
        best: best.then(|| expression("1.5")),
    });
    let carry = shape.carry.then_some(carry).into_iter().collect();
    Node { each, repeat, carry, work, retry: Retry::default(), fallback: vec![], ..leaf }
}

fn plan_of(shapes: &[Shape]) -> Plan {
    let mut bodies = vec![];
    let mut nodes = vec![];
    for (position, shape) in shapes.iter().enumerate() {
        let mut needs: Vec<_> =
            shape.needs.iter().filter(|_| position > 0).map(|need| need.index(position)).collect();
        needs.sort_unstable();
        needs.dedup();
        let kind = if shape.inline {
            "inline"
        } else if shape.cacheable {
            "pure"
        } else {
            "effect"
        };
        let call = Call {
            kind: kind.parse().expect("a kind"),
            with: vec![("position".into(), Template::Literal(json!(position)))],
            provider: None,
            model: None,
            take: None,
        };
        let retry = Retry { attempts: shape.attempts, ..Retry::default() };
        let gates = shape.gate.iter().map(|(open, otherwise)| Gate {
            on: name("n0"),
            when: Some(expression(&open.to_string())),
            budget: None,
            otherwise: *otherwise,
        });
        let fallback = shape.fallback.iter().map(|is_call| match is_call {
            true => Alternative::Call { call: call.clone(), retry: retry.clone(), timeout: None },
            false => Alternative::Value(Template::Literal(json!({ "of": "value" }))),
        });
        let leaf = Node {
            when: shape.when.map(|when| expression(&when.to_string())),
            retry: retry.clone(),
            on_error: shape.on_error,
            gates: gates.collect(),
            fallback: fallback.collect(),
            needs: needs
                .iter()
                .map(|need| NodeIndex(u32::try_from(*need).expect("small")))
                .collect(),
            ..Node::new(name(&format!("n{position}")), Span::default(), Work::Call(call.clone()))
        };
        nodes.push(container(&mut bodies, position, shape, leaf));
    }
    bodies.insert(0, Body::new(nodes, Gives::Outputs(vec![]), None));
    let kind = |nature, inline| PlannedKind {
        version: 1,
        revision: String::new(),
        nature,
        weight: Weight::Light,
        inline,
        input: Schema::anything(),
        output: Schema::anything(),
        provider: String::new(),
        slots: 0,
    };
    let kinds = [
        ("inline", kind(Nature::Pure, true)),
        ("pure", kind(Nature::Pure, false)),
        ("effect", kind(Nature::Effectful, false)),
    ];
    Plan {
        name: "random".into(),
        kinds: kinds.map(|(name, kind)| (name.parse().expect("a kind"), kind)).into(),
        bodies,
        ..Plan::default()
    }
}

/// Answers by hashes of a seed, so that two worlds of one seed answer alike, whatever the order.
struct World {
    seed: u64,
    plan: Plan,
    memory: Memory,
    state: RunState,
    /// What the journal holds.
    log: Vec<Event>,
    now: u64,
    /// Attempts that were handed out and whose end was not seen.
    open: BTreeMap<AttemptId, String>,
    cache: RefCell<HashMap<Digest, Value>>,
    draws: u64,
}

impl World {
    fn new(seed: u64, plan: Plan) -> Self {
        let memory = Memory::default();
        let mut world = Self {
            seed,
            plan,
            memory,
            state: RunState::default(),
            log: vec![],
            now: 0,
            open: BTreeMap::new(),
            cache: RefCell::default(),
            draws: 0,
        };
        let empty = keep(&world.memory, &json!({}));
        let started = Event::Started {
            run: RunId::new("r"),
            plan: Digest::of(b"plan"),
            semantics: SEMANTICS,
            inputs: empty.clone(),
            files: empty.clone(),
            facts: empty,
        };
        world.state.apply(&world.plan, &started).expect("a first event");
        world.log.push(started);
        world
    }

    fn hash(&self, what: &str) -> u64 {
        let hash = blake3::hash(format!("{}/{what}", self.seed).as_bytes());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
    }

    fn draw(&mut self, below: usize) -> usize {
        self.draws += 1;
        let hash = self.hash(&format!("draw {}", self.draws));
        usize::try_from(hash % u64::try_from(below).expect("small")).expect("small")
    }

    /// One tick, recorded; and the checks that hold at every one.
    fn tick(&mut self, seen: Vec<Seen>) -> Tick {
        let tick = self
            .state
            .tick(&self.plan, &self.memory, seen, Timestamp(self.now))
            .expect("not damaged");
        for event in &tick.events {
            if let Event::Admitted { attempt, request } = event {
                // What may be used again depends on its input alone.
                let path = match request.fingerprint {
                    Some(fingerprint) => fingerprint.to_string(),
                    None => self.state.attempt_key(&self.plan, *attempt),
                };
                assert!(self.open.insert(*attempt, path).is_none(), "an attempt is admitted once");
            }
        }
        self.cache.borrow_mut().extend(tick.learned.iter().cloned());
        self.log.extend(tick.events.iter().cloned());
        self.check_needs(&tick);
        self.check_limits();
        tick
    }

    fn check_needs(&self, tick: &Tick) {
        for event in &tick.events {
            let Event::Admitted { attempt: AttemptId { at, .. }, .. } = event else { continue };
            for need in &self.state.node(&self.plan, *at).expect("there").needs {
                let need = At { scope: at.scope, node: *need };
                assert!(
                    self.state.output(need).is_some(),
                    "{at:?} was admitted before {need:?} settled"
                );
            }
        }
    }

    fn check_limits(&self) {
        for (at, expansion) in &self.state.expansions {
            let scopes = self
                .state
                .scopes
                .values()
                .filter(|scope| scope.parent.is_some_and(|(parent, _)| parent == *at));
            assert!(scopes.count() <= expansion.limit as usize, "a map keeps its limit");
        }
    }

    fn end_of(&self, attempt: AttemptId, path: &str) -> Seen {
        let ended = if self.hash(path).is_multiple_of(4) {
            Ended::Failed(Failure::new(
                if self.hash(path).is_multiple_of(8) { Class::Server } else { Class::Input },
                "no",
            ))
        } else {
            Ended::Done(keep(&self.memory, &json!({ "of": path })))
        };
        Seen::Ended { attempt, ended, took: Duration::ZERO }
    }

    /// Drives the run to its end, killing the process before some ticks.
    fn run(&mut self, kills: bool) -> Outcome {
        let mut tick = self.tick(vec![Seen::Resumed { epoch: 1 }]);
        for _ in 0..10_000 {
            if let Some(outcome) = tick.outcome {
                return outcome;
            }
            if kills && self.draw(4) == 0 {
                self.kill();
                tick = self.tick(vec![Seen::Resumed { epoch: 2 }]);
                continue;
            }
            let mut seen: Vec<Seen> = tick
                .asks
                .iter()
                .map(|ask| Seen::Cached {
                    at: ask.at,
                    output: self.cache.borrow().get(&ask.fingerprint).cloned(),
                })
                .collect();
            for _ in 0..=self.draw(3) {
                if self.open.is_empty() {
                    break;
                }
                let nth = self.draw(self.open.len());
                let (attempt, path) = self
                    .open
                    .iter()
                    .nth(nth)
                    .map(|(attempt, path)| (*attempt, path.clone()))
                    .expect("there");
                let end = self.end_of(attempt, &path);
                seen.push(end.clone());
                if self.draw(3) == 0 {
                    seen.push(end);
                } // Twice, now and then.
                self.open.remove(&attempt);
            }
            if seen.is_empty() {
                let wake = tick.wake.expect("a run that is not over waits for something");
                self.now = self.now.max(wake.0);
                seen.push(Seen::Due);
            }
            tick = self.tick(seen);
        }
        panic!("the run does not end");
    }

    /// The process dies and another one reads the journal.
    fn kill(&mut self) {
        let mut again = RunState::default();
        for event in &self.log {
            again.apply(&self.plan, event).expect("the journal can be followed");
        }
        assert_eq!(lasting(&again), lasting(&self.state), "replay gives the same state");
        self.state = again;
    }

    /// What the root's nodes came to.
    fn results(&self) -> Vec<String> {
        let root = self
            .state
            .scopes
            .values()
            .find(|scope| scope.parent.is_none())
            .expect("the root stays");
        root.states.iter().map(|state| format!("{state:?}")).collect()
    }
}

/// All of a state that lasts: not which nodes were looked at.
fn lasting(state: &RunState) -> String {
    let sorted =
        |map: &HashMap<At, Request>| format!("{:?}", map.iter().collect::<BTreeMap<_, _>>().len());
    let scopes: BTreeMap<_, _> = state.scopes.iter().collect();
    let expansions: BTreeMap<_, _> = state.expansions.iter().collect();
    let ready: BTreeSet<_> =
        state.queues.fresh.iter().chain(state.queues.considered.keys()).collect();
    format!(
        "{scopes:?} {expansions:?} {ready:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
        state.open,
        state.queues.faltered,
        state.queues.delayed,
        state.queues.gathering,
        sorted(&state.requests),
        state.tally,
        state.outcome,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn every_run_ends_and_replays_alike(shapes in prop::collection::vec(shape(), 1..12), seed: u64) {
        let mut world = World::new(seed, plan_of(&shapes));
        let outcome = world.run(true);
        world.kill();
        prop_assert_eq!(world.state.outcome(), Some(outcome));
        if outcome == Outcome::Succeeded && shapes.iter().all(|shape| shape.on_error == OnError::Fail) {
            prop_assert_eq!(world.state.failures(), &[]);
        }
    }

    #[test]
    fn the_order_of_answers_changes_no_result(shapes in prop::collection::vec(shape(), 1..12), seed: u64) {
        let mut one = World::new(seed, plan_of(&shapes));
        let first = one.run(false);
        let mut other = World::new(seed, plan_of(&shapes));
        other.draws = 1_000_000; // Other draws, the same answers.
        prop_assert_eq!(first, other.run(true));
        prop_assert_eq!(one.results(), other.results());
    }

    #[test]
    fn a_second_run_finds_all_that_may_be_used_again(shapes in prop::collection::vec(shape(), 1..8), seed: u64) {
        let mut one = World::new(seed, plan_of(&shapes));
        one.run(false);
        let mut again = World::new(seed, plan_of(&shapes));
        again.cache = RefCell::new(one.cache.borrow().clone());
        again.run(false);
        let reused = again.log.iter().filter_map(|event| match event {
            Event::Admitted { request: Request { fingerprint: Some(fingerprint), .. }, .. } => Some(fingerprint),
            _ => None,
        });
        for fingerprint in reused {
            prop_assert!(!one.cache.borrow().contains_key(fingerprint), "what was there is not made again");
        }
    }
}

#[test]
fn an_empty_map_gives_an_empty_list() {
    let shape = Shape {
        needs: vec![],
        when: None,
        map: Some((0, 1)),
        attempts: 1,
        on_error: OnError::Fail,
        inline: false,
        cacheable: false,
        gate: None,
        repeat: None,
        carry: false,
        fallback: vec![],
    };
    let mut world = World::new(1, plan_of(&[shape]));
    assert_eq!(world.run(false), Outcome::Succeeded);
    let output = world.state.output(super::at(super::ScopeId(0), 0)).expect("settled");
    assert_eq!(*read(&world.memory, &output).expect("readable"), json!([]));
}
