//! How would a run go, what would it cost, and how long would it take?
//!
//! The same core as in earnest, in a loop without a journal, on a clock that jumps. What is paid for is bought at the
//! market that the registry's kinds have, which stands in for every provider; what makes files or touches the world is
//! doubled by a plain value of its output's type; what only computes is done.

mod attempt;
mod clock;
mod double;
mod everywhere;
mod killer;
mod simulate;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::{Map, Value as Json, json};

use super::artifacts::Folder;
use super::state::fill;
use super::store::Store;
use super::{HostError, artifacts_in};
use crate::kind::registry::{Make, Performer};
use crate::kind::{Asked, Card, Class, Failure, Nature, Registry};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::Plan;
use crate::run::event::{
    Ask, AttemptId, Ended, Event, Granted, Outcome, PurchaseId, Request, SEMANTICS, Seen, Value,
};
use crate::run::ledger::AccountId;
use crate::run::library::{Library, keep, read};
use crate::run::{Current, Failed, RunState, Tally};
use crate::schema::MEDIA;
use crate::time::Timestamp;
use attempt::{Desk, Files, Rehearsed, Telling};
use clock::VirtualClock;
pub use everywhere::{Broken, Cell, Matrix, Row, Sold, Staging, kill_everywhere};
use killer::{Death, Killer};
pub use simulate::{Quantiles, Simulation, simulate};
use values::Values;

/// What a rehearsal is played with.
pub struct Stage {
    /// Its kinds buy at a market that costs nothing.
    pub registry: Registry,
    pub artifacts: Folder,
    /// Whose cache is asked; nobody's, if what is done already shall not count.
    pub cache: Option<Store>,
    /// Outputs of what is really computed, so that a second rehearsal need not.
    computed: Mutex<HashMap<Digest, Result<Json, Failure>>>,
}

/// How a rehearsal went.
#[derive(Clone, Debug)]
pub struct Report {
    pub seed: u64,
    /// None: it waits for a person.
    pub outcome: Option<Outcome>,
    pub tally: Tally,
    pub failures: Vec<Failed>,
    /// In virtual time.
    pub took: Duration,
    pub spent: Usd,
    /// By the path of the node, without the keys of items.
    pub nodes: BTreeMap<String, Share>,
    /// The chain of attempts that took as long as the whole, first to last.
    pub critical: Vec<Leg>,
    /// Purchases that are not closed at the end.
    pub open: Vec<String>,
}

/// What one node of the plan did in a rehearsal, all its copies and attempts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub attempts: u32,
    pub purchases: u32,
    pub failed: u32,
    pub spent: Usd,
    /// The sum of its attempts' times.
    pub took: Duration,
    pub part: Part,
}

/// How a node is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Really computed.
    #[default]
    Done,
    /// A plain value stands for its output.
    Doubled,
    /// Bought from a stand-in.
    Bought,
}

/// One attempt on the critical path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    pub path: String,
    pub began: Timestamp,
    pub ended: Timestamp,
}

impl Stage {
    pub fn new(registry: Registry, artifacts: Folder) -> Self {
        Self { registry, artifacts, cache: None, computed: Mutex::default() }
    }
}

/// Plays a run of `plan` once. Equal seeds go alike.
pub async fn rehearse(
    plan: &Plan,
    inputs: &Map<String, Json>,
    files: &[Json],
    stage: &Stage,
    seed: u64,
) -> Result<Report, HostError> {
    let mut run = Play::new(plan, stage, seed, Killer::default())?;
    run.begin(inputs, files)?;
    tokio::task::unconstrained(run.on()).await?;
    Ok(run.report())
}

type Making = Pin<Box<dyn Future<Output = (AttemptId, Result<Json, Failure>)> + Send>>;

/// A rehearsal under way.
struct Play<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    seed: u64,
    run: RunId,
    state: RunState,
    values: Arc<Values>,
    clock: VirtualClock,
    desk: Desk,
    told: Vec<Telling>,
    paths: BTreeMap<AttemptId, String>,
    folder: Arc<tempfile::TempDir>,
    making: FuturesUnordered<Making>,
    legs: BTreeMap<AttemptId, (Leg, Part)>,
    ended: Vec<(Leg, Part, bool)>,
    /// What is durable of the run.
    journal: Vec<Event>,
    killer: Killer,
}

/// How an attempt is played.
enum Role {
    /// It ends after a time with this.
    Ends(Duration, Result<Json, Failure>),
    Makes(Arc<dyn Make>),
}

/// The moment at which every rehearsal begins.
const BEGIN: Timestamp = Timestamp(1_767_225_600_000);

impl<'a> Play<'a> {
    fn new(plan: &'a Plan, stage: &'a Stage, seed: u64, killer: Killer) -> Result<Self, HostError> {
        let clock = VirtualClock::default();
        clock.jump(BEGIN);
        let folder = tempfile::tempdir().map_err(|source| super::StateError::Io {
            doing: "create a temporary folder in",
            path: std::env::temp_dir(),
            source,
        })?;
        Ok(Self {
            plan,
            stage,
            seed,
            run: RunId::new(&format!("rehearsal-{seed}")),
            state: RunState::default(),
            values: Arc::new(Values::new(stage.registry.clone())),
            clock,
            desk: Desk::default(),
            told: Vec::new(),
            paths: BTreeMap::new(),
            folder: Arc::new(folder),
            making: FuturesUnordered::new(),
            legs: BTreeMap::new(),
            ended: Vec::new(),
            journal: Vec::new(),
            killer,
        })
    }

    /// Goes on to the end, to a question for a person, or to the process's death.
    async fn on(&mut self) -> Result<(), HostError> {
        let mut seen = vec![Seen::Resumed { epoch: 1 }];
        loop {
            let tick = self.state.tick(self.plan, &*self.values, seen, self.clock.now())?;
            if self.killer.strikes(Death::Journal) {
                return Ok(());
            }
            self.journal.extend(tick.events.iter().cloned());
            if self.killer.strikes(Death::Journal) {
                return Ok(());
            }
            for event in &tick.events {
                self.perform(event).await?;
            }
            for ((_, _, told), receipt) in self.told.drain(..).zip(tick.receipts) {
                _ = told.send(receipt); // Its attempt was ended meanwhile.
            }
            if tick.outcome.is_some() || tick.rest.is_some() || self.killer.death().is_some() {
                return Ok(());
            }
            seen = self.look_up(&tick.asks)?;
            if seen.is_empty() {
                seen = self.observe(tick.wake);
            }
            if seen.is_empty() {
                return Ok(()); // Nothing is under way: a person would have to answer.
            }
        }
    }

    async fn perform(&mut self, event: &Event) -> Result<(), HostError> {
        match event {
            Event::Admitted { attempt, request, .. } => self.start(*attempt, request).await,
            Event::Purchase { purchase, .. } => {
                self.show(*purchase);
                Ok(())
            }
            Event::TakenUp { attempt } => match self.state.request(attempt.at).cloned() {
                Some(request) => self.start(*attempt, &request).await,
                None => Ok(()),
            },
            Event::Resumed { delivered, .. } => {
                for attempt in delivered {
                    if let Some(request) = self.state.request(attempt.at).cloned() {
                        self.start(*attempt, &request).await?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A new process with what the dead one left: its journal, its stored values, the purchases that it recorded.
    fn revive(&mut self) -> Result<(), HostError> {
        self.making.clear();
        self.legs.clear();
        self.killer = Killer::default();
        (self.desk, self.told) = (Desk::default(), Vec::new());
        self.state = RunState::default();
        for event in &self.journal {
            self.state.apply(self.plan, event)?;
        }
        let purchases: Vec<_> = self.state.purchases().map(|(id, _)| id).collect();
        for id in purchases {
            self.show(id);
        }
        Ok(())
    }

    /// Lets attempts read what is durable of a purchase.
    fn show(&self, id: PurchaseId) {
        if let Some(purchase) = self.state.purchase(id) {
            self.desk.show(id, purchase);
        }
    }

    fn begin(&mut self, inputs: &Map<String, Json>, files: &[Json]) -> Result<(), HostError> {
        let files = Json::Array(files.to_vec());
        let inputs = fill(Json::Object(inputs.clone()), &files);
        let facts = json!({
            "id": self.run, "name": self.plan.name, "seed": self.seed, "mode": "rehearsal",
            "started": BEGIN.to_string(),
        });
        let event = Event::Started {
            run: self.run.clone(),
            plan: Digest::of(b"rehearsed"),
            semantics: SEMANTICS,
            inputs: keep(&*self.values, &inputs),
            files: keep(&*self.values, &files),
            facts: keep(&*self.values, &facts),
            limit: None,
            granted: Granted::new(),
        };
        self.state.apply(self.plan, &event)?;
        self.journal.push(event);
        Ok(())
    }

    /// Puts an admitted attempt under way.
    async fn start(&mut self, id: AttemptId, request: &Request) -> Result<(), HostError> {
        let Current::Call { call, timeout, .. } = self.state.current(self.plan, id.at)? else {
            return Ok(());
        };
        let now = self.clock.now();
        let left = self
            .state
            .ends_by(id.at)
            .map(|until| Duration::from_millis(until.0.saturating_sub(now.0)));
        let timeout = [timeout, left].into_iter().flatten().min();
        let path = self.state.path(self.plan, id.at);
        self.paths.insert(id, path.clone());
        let attempt = self.attempt(id, request, path.clone())?;
        let input = Arc::unwrap_or_clone(
            read(&*self.values, &request.input).map_err(crate::run::Damaged::from)?,
        );
        let (part, role) = if let Some((card, Performer::Attempt(kind))) =
            self.stage.registry.get(call.kind.as_str())
        {
            let quiet = Rehearsed { killer: Killer::default(), ..attempt.clone() };
            self.cast(card, kind, &quiet, input.clone()).await
        } else {
            let what = format!("this version has no kind `{}`", call.kind);
            (Part::Done, Role::Ends(Duration::ZERO, Err(Failure::new(Class::Missing, what))))
        };
        let began = self.clock.now();
        self.legs.insert(id, (Leg { path, began, ended: began }, part));
        self.making.push(Box::pin(played(id, attempt, role, input, timeout)));
        Ok(())
    }

    fn attempt(
        &self,
        attempt: AttemptId,
        request: &Request,
        path: String,
    ) -> Result<Rehearsed, HostError> {
        let doubt = self.state.node(self.plan, attempt.at)?.doubt.or(self.plan.doubt);
        Ok(Rehearsed {
            run: self.run.clone(),
            attempt,
            key: self.state.attempt_key(self.plan, attempt),
            path,
            provider: request.provider.clone(),
            model: request.model.clone(),
            folder: self.folder.path().to_owned(),
            doubt_wait: doubt.unwrap_or_default().wait,
            files: Files {
                stored: self.stage.artifacts.clone(),
                attempt,
                killer: self.killer.clone(),
            },
            clock: self.clock.clone(),
            values: Arc::clone(&self.values),
            desk: self.desk.clone(),
            times: self.state.delivery(attempt).unwrap_or(1),
            killer: self.killer.clone(),
        })
    }

    /// Who plays an attempt; what is really computed is so at once.
    async fn cast(
        &self,
        card: &Card,
        kind: &Arc<dyn Make>,
        attempt: &Rehearsed,
        input: Json,
    ) -> (Part, Role) {
        let asked = Asked { input: &input, provider: &attempt.provider, model: &attempt.model };
        if card.slots > 0 && (card.quote)(&asked) != Ok(Usd::ZERO) {
            return (Part::Bought, Role::Makes(Arc::clone(kind)));
        }
        let touches = card.nature == Nature::Effectful || card.capability.is_some();
        if touches || makes_files(card.output.as_json()) || self.is_given_doubles(&input) {
            let output = double::example(&card.output, &attempt.key).ok_or_else(|| {
                let what = format!("no plain value fits the output of `{}`", card.name);
                Failure::new(Class::Internal, what).help("run it in earnest: it costs nothing")
            });
            return (Part::Doubled, Role::Ends(self.chance(&attempt.key), output));
        }
        let of = Digest::of(format!("{} {input}", card.name).as_bytes());
        let known = self.stage.computed.lock().expect("nothing panics here").get(&of).cloned();
        let output = match known {
            Some(output) => output,
            None => kind.make(attempt, input).await,
        };
        let mut computed = self.stage.computed.lock().expect("nothing panics here");
        computed.insert(of, output.clone());
        (Part::Done, Role::Ends(Duration::ZERO, output))
    }

    fn is_given_doubles(&self, input: &Json) -> bool {
        artifacts_in(input).iter().any(|digest| !self.stage.artifacts.contains(digest))
    }

    /// One to three seconds, as local work takes: always the same for one attempt of one seed.
    fn chance(&self, key: &str) -> Duration {
        let hash = Digest::of(format!("{} {key}", self.seed).as_bytes());
        let bytes = hash.as_bytes()[..2].try_into().expect("two of 32 bytes");
        Duration::from_millis(1000 + u64::from(u16::from_le_bytes(bytes)) % 2000)
    }

    /// What happens next, and the time at which it does; nothing, if nothing can.
    fn observe(&mut self, wake: Option<Timestamp>) -> Vec<Seen> {
        loop {
            let mut context = Context::from_waker(Waker::noop());
            let polled = self.making.poll_next_unpin(&mut context);
            if self.killer.death().is_some() {
                return Vec::new();
            }
            self.told = self.desk.told();
            let told = self.told.iter();
            let mut seen: Vec<_> = told
                .map(|(purchase, step, _)| Seen::Purchase {
                    purchase: *purchase,
                    step: step.clone(),
                })
                .collect();
            if let Poll::Ready(Some((attempt, made))) = polled {
                seen.push(self.end(attempt, made));
            }
            if !seen.is_empty() {
                return seen;
            }
            let next = self.clock.next();
            match (next, wake) {
                (Some(next), Some(wake)) if wake <= next => {
                    self.clock.jump(wake);
                    return vec![Seen::Due];
                }
                (Some(next), _) => self.clock.jump(next),
                (None, Some(wake)) => {
                    self.clock.jump(wake);
                    return vec![Seen::Due];
                }
                (None, None) => return Vec::new(),
            }
        }
    }

    fn end(&mut self, attempt: AttemptId, made: Result<Json, Failure>) -> Seen {
        let now = self.clock.now();
        let mut took = Duration::ZERO;
        if let Some((leg, part)) = self.legs.remove(&attempt) {
            took = now.since(leg.began);
            self.ended.push((Leg { ended: now, ..leg }, part, made.is_err()));
        }
        let ended = match made {
            Ok(output) => Ended::Done(keep(&*self.values, &output)),
            Err(failure) => Ended::Failed(failure),
        };
        Seen::Ended { attempt, ended, took }
    }

    /// What the state's cache has, if it is asked at all.
    fn look_up(&self, asks: &[Ask]) -> Result<Vec<Seen>, HostError> {
        let Some(store) = &self.stage.cache else {
            return Ok(asks.iter().map(|ask| Seen::Cached { at: ask.at, output: None }).collect());
        };
        let fingerprints: Vec<Digest> = asks.iter().map(|ask| ask.fingerprint).collect();
        let mut seen = Vec::new();
        for (ask, found) in asks.iter().zip(store.cached(&fingerprints)?) {
            if let Some(Value::Stored(digest)) = &found
                && let Some(text) = store.value(digest)?
            {
                self.values.keep(text);
            }
            let output = found.filter(|output| {
                let json = read(&*self.values, output);
                json.is_ok_and(|json| !self.is_given_doubles(&json))
            });
            seen.push(Seen::Cached { at: ask.at, output });
        }
        Ok(seen)
    }

    fn report(&self) -> Report {
        let mut nodes: BTreeMap<String, Share> = BTreeMap::new();
        for (leg, part, failed) in &self.ended {
            let share = nodes.entry(without_keys(&leg.path)).or_default();
            share.attempts += 1;
            share.failed += u32::from(*failed);
            share.took += leg.ended.since(leg.began);
            share.part = share.part.max(*part);
        }
        let path = |id: PurchaseId| self.paths.get(&id.attempt).cloned().unwrap_or_default();
        for (id, purchase) in self.state.purchases() {
            let share = nodes.entry(without_keys(&path(id))).or_default();
            share.purchases += 1;
            share.spent += purchase.bill.map(|bill| bill.amount).unwrap_or_default();
        }
        let open = self.state.purchases().filter(|(_, purchase)| purchase.last.is_open());
        Report {
            seed: self.seed,
            outcome: self.state.outcome(),
            tally: self.state.tally(),
            failures: self.state.failures().to_vec(),
            took: self.clock.now().since(BEGIN),
            spent: self.state.ledger().spent(AccountId::RUN),
            nodes,
            critical: critical(&self.ended),
            open: open.map(|(id, _)| path(id)).collect(),
        }
    }
}

/// Plays an attempt within its time.
async fn played(
    id: AttemptId,
    attempt: Rehearsed,
    role: Role,
    input: Json,
    timeout: Option<Duration>,
) -> (AttemptId, Result<Json, Failure>) {
    let (clock, began) = (attempt.clock.clone(), attempt.clock.now());
    let making = async {
        match role {
            Role::Ends(after, output) => {
                clock.sleep_until(began.after(after)).await;
                output
            }
            Role::Makes(kind) => kind.make(&attempt, input).await,
        }
    };
    let Some(timeout) = timeout else { return (id, making.await) };
    let late = clock.sleep_until(began.after(timeout));
    match select(Box::pin(making), late).await {
        Either::Left((made, _)) => (id, made),
        Either::Right(_) => {
            let what = format!("no end within its timeout of {timeout:?}");
            (id, Err(Failure::new(Class::Timeout, what)))
        }
    }
}

/// Whether files may stand in a value of this schema.
fn makes_files(schema: &Json) -> bool {
    match schema {
        Json::Object(fields) => fields.contains_key(MEDIA) || fields.values().any(makes_files),
        Json::Array(items) => items.iter().any(makes_files),
        _ => false,
    }
}

/// `shots[s-17]/clip` → `shots/clip`.
fn without_keys(path: &str) -> String {
    let mut open = 0;
    let outside = path.chars().filter(|letter| {
        open += i32::from(*letter == '[');
        let keep = open == 0;
        open -= i32::from(*letter == ']');
        keep
    });
    outside.collect()
}

/// From the last end backwards: what ended when this began.
fn critical(ended: &[(Leg, Part, bool)]) -> Vec<Leg> {
    let mut chain = Vec::new();
    let mut next = ended.iter().map(|(leg, ..)| leg).max_by_key(|leg| leg.ended);
    while let Some(leg) = next {
        chain.push(leg.clone());
        // The one before ended no later; between them lies nothing, or the wait of a retry.
        let before = ended
            .iter()
            .map(|(leg, ..)| leg)
            .filter(|other| other.ended <= leg.began && other.began < other.ended);
        // Of those that ended together, a former attempt of the same node.
        let before = before.max_by_key(|other| (other.ended, other.path == leg.path));
        next = before.filter(|_| leg.began > BEGIN);
    }
    chain.reverse();
    chain.retain(|leg| leg.ended > leg.began);
    chain
}

#[cfg(test)]
mod tests;
