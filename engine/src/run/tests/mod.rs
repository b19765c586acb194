//! What is decided about money, purchases and people, move by move.

mod bodies;
mod derivation;
mod pools;
mod purse;
mod question;
mod reason;
mod undo;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, json};

use super::event::{
    About, Answer, At, AttemptId, Decision, Ended, Event, Granted, Outcome, PurchaseId, Rest,
    SEMANTICS, ScopeId, Seen, Signal,
};
use super::ledger::{AccountId, Bill, Source};
use super::library::{keep, read};
use super::node::NodeState;
use super::purchase::Receipt;
use super::simulation::{Memory, expression, lasting, name};
use super::{RunState, Tick};
use crate::expression::Template;
use crate::kind::mutant::{Mutant, with};
use crate::kind::purchase::{Armed, By, Job, NotRecorded, Step, Value};
use crate::kind::{Class, Failure, Nature, Weight};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::{
    Alternative, Amount, Approve, Body, BodyIndex, Budget, Cache, Call, Doubt, Each, Gate, Gives,
    Input, Node, NodeIndex, OnError, OnExceed, Otherwise, Plan, PlannedKind, Repeat, Retry, Then,
    Unpriced, Work,
};
use crate::schema::Schema;
use crate::source::Span;
use crate::time::Timestamp;

fn usd(text: &str) -> Usd {
    format!("{text} USD").parse().expect("an amount")
}

fn value(template: &str) -> Template {
    Template::Expression(expression(template))
}

/// A call of `kind`; its price is what it may cost.
fn call(kind: &str, price: &str) -> Call {
    let price = Template::Literal(json!(format!("{price} USD")));
    Call {
        kind: kind.parse().expect("a kind"),
        with: vec![("price".into(), price)],
        provider: None,
        model: None,
        take: None,
    }
}

fn node(of: &str, work: Work) -> Node {
    Node::new(name(of), Span::default(), work)
}

fn paid(of: &str, price: &str) -> Node {
    node(of, Work::Call(call("paid", price)))
}

fn free(of: &str) -> Node {
    node(of, Work::Call(call("free", "0")))
}

fn needing(node: Node, needs: &[u32]) -> Node {
    Node { needs: needs.iter().copied().map(NodeIndex).collect(), ..node }
}

fn budget(limit: &str) -> Budget {
    Budget { limit: Some(Amount::Written(usd(limit))), ..Budget::default() }
}

fn tries(attempts: u16) -> Retry {
    Retry { attempts, ..Retry::default() }
}

/// A kind that takes and gives anything.
pub(super) fn kind(nature: Nature, inline: bool, slots: u8) -> PlannedKind {
    PlannedKind {
        version: 1,
        revision: String::new(),
        nature,
        weight: Weight::Light,
        inline,
        input: Schema::anything(),
        output: Schema::anything(),
        provider: String::new(),
        slots,
    }
}

fn plan(nodes: Vec<Node>, bodies: Vec<Body>) -> Plan {
    let kinds = [
        ("paid", kind(Nature::Effectful, false, 2)),
        ("drawn", kind(Nature::Drawn, false, 1)),
        ("free", kind(Nature::Effectful, false, 0)),
        ("pure", kind(Nature::Pure, false, 0)),
        ("inline", kind(Nature::Pure, true, 0)),
    ];
    let root = Body::new(nodes, Gives::Outputs(vec![]), None);
    Plan {
        kinds: kinds.map(|(name, kind)| (name.parse().expect("a kind"), kind)).into(),
        bodies: std::iter::once(root).chain(bodies).collect(),
        ..Plan::default()
    }
}

/// One run, driven move by move; checked after each.
struct Game {
    plan: Plan,
    memory: Memory,
    state: RunState,
    log: Vec<Event>,
    now: Timestamp,
    last: Tick,
    /// What the cache has from the beginning.
    cache: HashMap<Digest, Value>,
    learned: HashMap<Digest, Value>,
}

impl Game {
    fn new(plan: Plan, limit: Option<&str>) -> Self {
        Self::granted(plan, limit, Granted::new())
    }

    /// With what the wallet lets it spend at single providers.
    fn granted(plan: Plan, limit: Option<&str>, granted: Granted) -> Self {
        Self::with(plan, limit, granted, HashMap::new())
    }

    fn with(
        plan: Plan,
        limit: Option<&str>,
        granted: Granted,
        cache: HashMap<Digest, Value>,
    ) -> Self {
        let memory = Memory::default();
        let empty = keep(&memory, &json!({}));
        let (run, plan_digest) = (RunId::new("r"), Digest::of(b"plan"));
        let (inputs, files, facts) = (empty.clone(), empty.clone(), empty);
        let limit = limit.map(usd);
        let semantics = SEMANTICS;
        let started = Event::Started {
            run,
            plan: plan_digest,
            semantics,
            inputs,
            files,
            facts,
            limit,
            granted,
        };
        let mut state = RunState::default();
        state.apply(&plan, &started).expect("a first event");
        let (now, last) = (Timestamp(0), Tick::default());
        let (log, learned) = (vec![started], HashMap::new());
        let mut game = Self { plan, memory, state, log, now, last, cache, learned };
        game.see(vec![Seen::Resumed { epoch: 1 }]);
        game
    }

    fn of(nodes: Vec<Node>, limit: Option<&str>) -> Self {
        Self::new(plan(nodes, vec![]), limit)
    }

    fn see(&mut self, seen: Vec<Seen>) -> &Tick {
        let tick = self.state.tick(&self.plan, &self.memory, seen, self.now).expect("not damaged");
        self.state.ledger.assert_sound();
        self.log.extend(tick.events.iter().cloned());
        let mut again = RunState::default();
        for event in &self.log {
            again.apply(&self.plan, event).expect("the journal can be followed");
        }
        assert_eq!(lasting(&again), lasting(&self.state), "replay gives the same state");
        self.learned.extend(tick.learned.iter().cloned());
        self.last = tick;
        let asks = std::mem::take(&mut self.last.asks);
        if !asks.is_empty() {
            let cached = |fingerprint| self.cache.get(fingerprint).cloned();
            let answers = asks
                .iter()
                .map(|ask| Seen::Cached { at: ask.at, output: cached(&ask.fingerprint) })
                .collect();
            let (events, receipts) = (self.last.events.clone(), self.last.receipts.clone());
            self.see(answers);
            self.last.events.splice(0..0, events);
            self.last.receipts = receipts;
        }
        &self.last
    }

    fn wait(&mut self, seconds: u64) {
        self.now = Timestamp(self.now.0 + seconds * 1000);
        self.see(vec![Seen::Due]);
    }

    /// Attempt `number` of the pipeline's node at `index`.
    fn attempt(index: u32, number: u16) -> AttemptId {
        AttemptId { at: At { scope: ScopeId(0), node: NodeIndex(index) }, number }
    }

    fn step(&mut self, attempt: AttemptId, slot: u8, step: Step) -> Receipt {
        let purchase = PurchaseId { attempt, slot };
        self.see(vec![Seen::Purchase { purchase, step }]).receipts[0]
    }

    fn arm(&mut self, attempt: AttemptId, slot: u8) -> Receipt {
        let step = Step::Armed { client_ref: "c".into(), request: Digest::of(b"request") };
        self.step(attempt, slot, step)
    }

    fn land(&mut self, attempt: AttemptId, slot: u8, amount: &str) -> Receipt {
        self.step(attempt, slot, Step::Landed { output: Value::null(), bill: bill(amount) })
    }

    fn done(&mut self, attempt: AttemptId) {
        let output = keep(&self.memory, &json!({ "made": true }));
        let (ended, took) = (Ended::Done(output), std::time::Duration::ZERO);
        self.see(vec![Seen::Ended { attempt, ended, took }]);
    }

    fn fail(&mut self, attempt: AttemptId, class: Class) {
        let (ended, took) = (Ended::Failed(Failure::new(class, "no")), std::time::Duration::ZERO);
        self.see(vec![Seen::Ended { attempt, ended, took }]);
    }

    /// Buys, lands and ends well.
    fn buys(&mut self, attempt: AttemptId, amount: &str) {
        assert_eq!(self.arm(attempt, 0), Receipt::Armed(Armed::First));
        self.land(attempt, 0, amount);
        self.done(attempt);
    }

    fn signal(&mut self, id: &str, what: Signal) {
        self.see(vec![Seen::Signal { id: id.into(), what }]);
    }

    fn answer(&mut self, id: &str, node: &str, answer: &Json) {
        let (answer, by) = (answer.to_string().into(), "ann".into());
        let answer = Answer { answer, comment: None, by };
        self.signal(id, Signal::Answer { node: node.into(), answer });
    }

    fn is_open(&self, attempt: AttemptId) -> bool {
        self.state.delivery(attempt).is_some()
    }

    fn word(&self, index: u32) -> &'static str {
        self.state.state(Self::attempt(index, 1).at).map_or("gone", NodeState::word)
    }

    fn output(&self, index: u32) -> Json {
        let output = self.state.output(Self::attempt(index, 1).at).expect("settled well");
        (*read(&self.memory, &output).expect("readable")).clone()
    }

    fn spent(&self) -> Usd {
        self.state.ledger().spent(AccountId::RUN)
    }

    fn left(&self) -> Option<Usd> {
        self.state.ledger().left(AccountId::RUN)
    }
}

fn bill(amount: &str) -> Bill {
    Bill { amount: usd(amount), source: Source::Provider }
}

fn job(id: &str) -> Step {
    let job = Job { provider: "luma".into(), id: id.into(), urls: [].into() };
    Step::Accepted { job, by: By::Answer }
}

#[test]
fn pilots_that_spend_less_leave_the_rest_to_accounts_that_open_with_what_is_granted() {
    let pilot = |of, limit, price| Node { budget: Some(budget(limit)), ..paid(of, price) };
    let grants = Call {
        with: ["a", "b", "c"]
            .into_iter()
            .zip(["15 USD", "75 USD", "0 USD"])
            .map(|(key, amount)| (key.into(), Template::Literal(json!(amount))))
            .collect(),
        ..call("inline", "0")
    };
    let granted = |of: &str, key: &str, price| {
        let limit = Some(Amount::Computed(value(&format!("grants.{key}"))));
        let budget = Some(Budget { limit, ..Budget::default() });
        Node { budget, on_error: OnError::Skip, ..needing(paid(of, price), &[3]) }
    };
    let nodes = vec![
        pilot("pilot_a", "40", "40"),
        pilot("pilot_b", "60", "60"),
        pilot("pilot_c", "50", "50"),
        needing(node("grants", Work::Call(grants)), &[0, 1, 2]),
        granted("next_a", "a", "15"),
        granted("next_b", "b", "75"),
        granted("next_c", "c", "0.01"),
    ];
    let mut game = Game::of(nodes, Some("150"));
    assert_eq!(game.left(), Some(Usd::ZERO), "all is held while the pilots run");
    for (index, amount) in [(0, "10"), (1, "20"), (2, "15")] {
        game.buys(Game::attempt(index, 1), amount);
    }
    assert_eq!(game.word(6), "failed", "an account of nothing grants nothing");
    game.buys(Game::attempt(4, 1), "15");
    game.buys(Game::attempt(5, 1), "75");
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    assert_eq!((game.spent(), game.left()), (usd("135"), Some(usd("15"))));
}

#[test]
fn an_adoption_that_is_not_exclusive_is_noticed() {
    let twice = || {
        let mut game = Game::of(vec![paid("a", "1"), paid("b", "1")], Some("10"));
        let job = Job { provider: "p".into(), id: "j".into(), urls: BTreeMap::new() };
        let [first, second] = [0, 1].map(|index| {
            game.arm(Game::attempt(index, 1), 0);
            let accepted = Step::Accepted { job: job.clone(), by: By::LookUp };
            game.step(Game::attempt(index, 1), 0, accepted)
        });
        assert_eq!(first, Receipt::Recorded);
        second
    };
    assert_eq!(twice(), Receipt::NotYours);
    let unnoticed = with(Some(Mutant::AdoptionNotExclusive), twice);
    assert_eq!(unnoticed, Receipt::Recorded, "an adoption that is not exclusive goes unnoticed");
}

#[test]
fn a_hold_that_does_not_fit_waits_for_one_that_may_come_back() {
    let mut game = Game::of(vec![paid("a", "6"), paid("b", "6")], Some("10"));
    assert!(game.is_open(Game::attempt(0, 1)) && !game.is_open(Game::attempt(1, 1)));
    game.buys(Game::attempt(0, 1), "3");
    assert!(game.is_open(Game::attempt(1, 1)), "seven are free now");
    game.buys(Game::attempt(1, 1), "6");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("9")));
}

#[test]
fn nobody_overtakes_who_waits_for_money() {
    let mut game = Game::of(vec![paid("a", "6"), paid("b", "8"), paid("c", "1")], Some("10"));
    assert!(!game.is_open(Game::attempt(2, 1)), "a small hold does not starve a large one");
    game.buys(Game::attempt(0, 1), "1");
    assert!(game.is_open(Game::attempt(1, 1)) && game.is_open(Game::attempt(2, 1)));
}

#[test]
fn a_run_out_of_money_lets_land_what_is_under_way_and_is_partial() {
    let nodes = vec![paid("a", "6"), paid("b", "11"), needing(free("c"), &[0])];
    let mut game = Game::of(nodes, Some("10"));
    let exceeded = |event: &Event| matches!(event, Event::Exceeded { then: OnExceed::Finish, .. });
    assert!(game.last.events.iter().any(exceeded));
    assert_eq!(game.last.outcome, None, "what is under way lands");
    game.buys(Game::attempt(0, 1), "6");
    assert_eq!(game.last.outcome, Some(Outcome::Partial));
    assert_eq!((game.word(0), game.word(2)), ("succeeded", "cancelled"));
}

#[test]
fn a_quote_that_does_not_fit_falls_back_to_what_does() {
    let cheaper =
        Alternative::Call { call: call("paid", "2"), retry: Retry::default(), timeout: None };
    let dear = Node { fallback: vec![cheaper], ..paid("a", "20") };
    let mut game = Game::of(vec![dear], Some("10"));
    assert!(game.is_open(Game::attempt(0, 1)));
    game.buys(Game::attempt(0, 1), "2");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("2")));
}

#[test]
fn a_nested_account_without_room_fails_its_node_alone() {
    let capped = Node { budget: Some(budget("1")), on_error: OnError::Skip, ..paid("a", "2") };
    let mut game = Game::of(vec![capped, paid("b", "2")], Some("10"));
    assert_eq!((game.word(0), game.is_open(Game::attempt(1, 1))), ("failed", true));
    assert_eq!(game.state.failures()[0].failure.class, Class::OverBudget);
    game.buys(Game::attempt(1, 1), "2");
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
}

#[test]
fn a_person_may_raise_the_limit() {
    let mut plan = plan(vec![paid("a", "6"), paid("b", "6")], vec![]);
    plan.budget = Some(Budget { on_exceed: Some(OnExceed::Ask), ..budget("5") });
    let mut game = Game::new(plan, None);
    assert_eq!(game.last.rest, Some(Rest::Person));
    assert!(matches!(game.state.questions(&game.plan).next(), Some((path, question))
        if path == "a" && question.about == About::Budget(AccountId::RUN)));
    game.answer("1", "a", &json!("12 USD"));
    assert!(game.is_open(Game::attempt(0, 1)) && game.is_open(Game::attempt(1, 1)));
    assert_eq!(game.left(), Some(Usd::ZERO));
}

#[test]
fn what_has_no_price_is_made_only_where_it_is_allowed() {
    let unpriced = || {
        let with = vec![("price".into(), Template::Literal(json!("unknown")))];
        node("a", Work::Call(Call { with, ..call("paid", "0") }))
    };
    let game = Game::of(vec![unpriced()], Some("10"));
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    let allowed = Budget { unpriced: Unpriced::Allow, ..budget("1") };
    let mut game = Game::of(vec![Node { budget: Some(allowed), ..unpriced() }], Some("10"));
    game.buys(Game::attempt(0, 1), "3");
    assert_eq!(game.spent(), usd("3"), "booked truthfully, above its limit");
}

#[test]
fn a_bill_above_its_hold_is_booked_and_nothing_more_is_granted() {
    let retried = Node { retry: tries(2), budget: Some(budget("2")), ..paid("a", "2") };
    let mut game = Game::of(vec![retried], Some("10"));
    let first = Game::attempt(0, 1);
    game.arm(first, 0);
    let failed = Step::Failed { class: Class::Server, bill: bill("3") };
    assert_eq!(game.step(first, 0, failed), Receipt::Recorded);
    game.fail(first, Class::Server);
    game.wait(60);
    assert_eq!((game.spent(), game.word(0)), (usd("3"), "failed"));
}

#[test]
fn items_have_accounts_of_their_own() {
    let body = Body::new(
        vec![Node { retry: tries(9), ..paid("it", "0.4") }],
        Gives::Node(NodeIndex(0)),
        Some((BodyIndex(0), NodeIndex(0))),
    );
    let each = Each {
        list: expression("range(2)"),
        item: name("i"),
        key: None,
        limit: None,
        max_items: 9,
        budget: Some(Amount::Computed(value("['0.5 USD', '0.9 USD'][i]"))),
    };
    let map = Node {
        each: Some(each),
        on_error: OnError::Drop,
        ..node("shots", Work::Body(BodyIndex(1)))
    };
    let mut game = Game::new(plan(vec![map], vec![body]), Some("10"));
    let item =
        |scope, number| AttemptId { at: At { scope: ScopeId(scope), node: NodeIndex(0) }, number };
    for scope in [1, 2] {
        game.arm(item(scope, 1), 0);
        let failed = Step::Failed { class: Class::Server, bill: bill("0.4") };
        game.step(item(scope, 1), 0, failed);
        game.fail(item(scope, 1), Class::Server);
    }
    game.wait(60);
    assert!(!game.is_open(item(1, 2)), "0.1 of its 0.5 are left");
    game.buys(item(2, 2), "0.4");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Partial), usd("1.2")));
    assert_eq!(game.state.accounts().count(), 3);
}

#[test]
fn a_claim_is_granted_once_and_only_to_an_open_attempt_within_its_slots() {
    let mut game = Game::of(vec![paid("a", "2")], None);
    let attempt = Game::attempt(0, 1);
    assert_eq!(game.arm(attempt, 0), Receipt::Armed(Armed::First));
    assert_eq!(game.arm(attempt, 0), Receipt::Armed(Armed::Before));
    assert_eq!(game.arm(attempt, 2), Receipt::Refused(NotRecorded::Undeclared));
    assert_eq!(game.step(attempt, 1, job("j")), Receipt::NotYours, "it was never claimed");
    game.land(attempt, 0, "1");
    game.done(attempt);
    assert_eq!(game.arm(attempt, 1), Receipt::Refused(NotRecorded::Over));
}

#[test]
fn a_job_has_one_owner() {
    let mut game = Game::of(vec![paid("a", "2"), paid("b", "2")], None);
    let (one, other) = (Game::attempt(0, 1), Game::attempt(1, 1));
    game.arm(one, 0);
    game.arm(other, 0);
    assert_eq!(game.step(one, 0, job("j-1")), Receipt::Recorded);
    assert_eq!(game.step(one, 0, job("j-1")), Receipt::Recorded, "twice is once");
    assert_eq!(game.step(other, 0, job("j-1")), Receipt::NotYours);
    assert_eq!(game.step(one, 0, job("j-2")), Receipt::NotYours, "two candidates are doubt");
}

fn doubtful(game: &mut Game, attempt: AttemptId) {
    game.arm(attempt, 0);
    game.step(attempt, 0, Step::Doubted);
    game.fail(attempt, Class::InDoubt);
}

#[test]
fn doubt_waits_for_a_word_and_holds_its_money() {
    let mut game = Game::of(vec![Node { retry: tries(2), ..paid("a", "2") }], Some("10"));
    let attempt = Game::attempt(0, 1);
    doubtful(&mut game, attempt);
    assert_eq!((game.last.rest, game.word(0)), (Some(Rest::Doubt), "in doubt"));
    assert_eq!(game.left(), Some(usd("8")), "the hold stays");
    let purchase = PurchaseId { attempt, slot: 0 };
    game.signal("1", Signal::Lost { purchase, by: "ann".into() });
    assert_eq!((game.spent(), game.word(0)), (usd("2"), "delayed"));
    game.wait(60);
    game.buys(Game::attempt(0, 2), "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("3")));
}

#[test]
fn a_purchase_that_is_found_is_taken_up_by_the_same_attempt() {
    let mut game = Game::of(vec![paid("a", "2")], Some("10"));
    let attempt = Game::attempt(0, 1);
    doubtful(&mut game, attempt);
    let purchase = PurchaseId { attempt, slot: 0 };
    let job = Job { provider: "luma".into(), id: "j".into(), urls: [].into() };
    game.signal("1", Signal::Adopt { purchase, job, by: "ann".into() });
    assert!(game.last.events.contains(&Event::TakenUp { attempt }));
    assert_eq!(game.arm(attempt, 0), Receipt::Armed(Armed::Before), "it is never sent again");
    game.land(attempt, 0, "1.5");
    game.done(attempt);
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("1.5")));
}

#[test]
fn small_doubts_are_written_off_unasked_as_often_as_is_tried() {
    let doubt = Doubt { auto_below: usd("0.05"), ..Doubt::default() };
    let small = Node { doubt: Some(doubt), retry: tries(2), ..paid("a", "0.05") };
    let mut game = Game::of(vec![small], Some("10"));
    doubtful(&mut game, Game::attempt(0, 1));
    assert_eq!(game.spent(), usd("0.05"));
    game.wait(60);
    doubtful(&mut game, Game::attempt(0, 2));
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Failed), usd("0.1")));
    assert_eq!(game.state.ledger().by_source()[&Source::Assumed], usd("0.1"));
}

#[test]
fn doubt_that_is_to_fail_is_neither_tried_again_nor_fallen_back_from() {
    let doubt = Doubt { then: Then::Fail, ..Doubt::default() };
    let fallback = vec![Alternative::Value(Template::Literal(json!(1)))];
    let failing = Node { doubt: Some(doubt), retry: tries(3), fallback, ..paid("a", "2") };
    let mut game = Game::of(vec![failing], Some("10"));
    doubtful(&mut game, Game::attempt(0, 1));
    assert_eq!((game.last.outcome, game.left()), (Some(Outcome::Failed), Some(usd("8"))));
}

#[test]
fn a_timeout_closes_nothing_and_the_next_attempt_waits_until_something_does() {
    let mut game = Game::of(vec![Node { retry: tries(2), ..paid("a", "2") }], Some("10"));
    let (first, second) = (Game::attempt(0, 1), Game::attempt(0, 2));
    game.arm(first, 0);
    game.step(first, 0, job("j"));
    game.fail(first, Class::Timeout);
    game.wait(600);
    assert!(!game.is_open(second));
    assert_eq!((game.last.rest, game.left()), (Some(Rest::Doubt), Some(usd("8"))));
    let failed = Step::Failed { class: Class::Server, bill: bill("0") };
    game.step(first, 0, failed);
    game.wait(600);
    assert!(game.is_open(second), "the provider told the end");
    assert_eq!(game.left(), Some(usd("8")), "one hold, of the second");
}

#[test]
fn what_was_never_bought_uses_up_no_attempt() {
    let mut game = Game::of(vec![paid("a", "2")], Some("10"));
    let attempt = Game::attempt(0, 1);
    doubtful(&mut game, attempt);
    game.step(attempt, 0, Step::Absent);
    game.wait(60);
    assert!(game.is_open(Game::attempt(0, 2)));
}

#[test]
fn money_is_booked_after_the_end_as_well() {
    let doubt = Doubt { then: Then::Fail, ..Doubt::default() };
    let mut game = Game::of(vec![Node { doubt: Some(doubt), ..paid("a", "2") }], Some("10"));
    let attempt = Game::attempt(0, 1);
    doubtful(&mut game, attempt);
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert_eq!(game.land(attempt, 0, "1.25"), Receipt::Recorded);
    assert_eq!((game.spent(), game.left()), (usd("1.25"), Some(usd("8.75"))));
    assert_eq!(game.land(attempt, 0, "1.25"), Receipt::Recorded, "once only");
    game.step(attempt, 0, Step::Corrected { bill: bill("1") });
    assert_eq!((game.spent(), game.left()), (usd("1"), Some(usd("9"))));
}

#[test]
fn a_bill_after_a_refusal_finds_its_account() {
    let mut game = Game::of(vec![paid("a", "2")], Some("10"));
    let attempt = Game::attempt(0, 1);
    game.arm(attempt, 0);
    game.step(attempt, 0, Step::Refused);
    game.fail(attempt, Class::Server);
    assert_eq!((game.last.outcome, game.left()), (Some(Outcome::Failed), Some(usd("10"))));
    game.land(attempt, 0, "2");
    assert_eq!(game.spent(), usd("2"));
}

#[test]
fn a_write_off_is_corrected_by_the_real_bill() {
    let mut game = Game::of(vec![paid("a", "2")], Some("10"));
    let attempt = Game::attempt(0, 1);
    doubtful(&mut game, attempt);
    game.signal("1", Signal::Lost { purchase: PurchaseId { attempt, slot: 0 }, by: "ann".into() });
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Failed), usd("2")));
    game.step(attempt, 0, job("j"));
    game.land(attempt, 0, "0.75");
    assert_eq!(game.spent(), usd("0.75"));
    assert_eq!(game.state.ledger().by_source()[&Source::Provider], usd("0.75"));
}

fn approval(approve: Approve) -> Node {
    node("look", Work::Approve(Box::new(approve)))
}

fn question() -> Approve {
    Approve {
        ask: Template::Literal(json!("Publish?")),
        show: None,
        choices: None,
        schema: None,
        above: None,
        timeout: None,
        otherwise: None,
    }
}

fn gate(amount: Option<&str>, otherwise: Otherwise) -> Gate {
    let budget = amount.map(|amount| Amount::Written(usd(amount)));
    let when = amount.is_none().then(|| expression("false"));
    Gate { on: name("a"), when, budget, otherwise }
}

#[test]
fn a_gate_s_budget_is_set_aside_for_its_node() {
    let gated = Node { gates: vec![gate(Some("4"), Otherwise::Fail)], ..paid("b", "3") };
    let nodes = vec![paid("a", "1"), needing(gated, &[0]), needing(paid("c", "5"), &[0])];
    let mut game = Game::of(nodes, Some("10"));
    game.buys(Game::attempt(0, 1), "1");
    assert!(game.is_open(Game::attempt(1, 1)) && game.is_open(Game::attempt(2, 1)));
    assert_eq!(game.left(), Some(Usd::ZERO), "1 spent, 4 set aside, 5 held");
    game.buys(Game::attempt(1, 1), "2");
    assert_eq!(game.left(), Some(usd("2")), "what was not needed is free again");
}

#[test]
fn a_gate_whose_budget_is_not_free_keeps_its_node_out() {
    let gated = Node { gates: vec![gate(Some("40"), Otherwise::Skip)], ..paid("b", "3") };
    let mut game = Game::of(vec![free("a"), needing(gated, &[0])], Some("10"));
    game.done(Game::attempt(0, 1));
    assert_eq!((game.word(1), game.last.outcome), ("skipped", Some(Outcome::Succeeded)));
}

#[test]
fn a_person_may_open_a_gate() {
    let gated = Node { gates: vec![gate(None, Otherwise::Ask)], ..free("b") };
    let mut game = Game::of(vec![free("a"), needing(gated, &[0])], None);
    game.done(Game::attempt(0, 1));
    assert_eq!((game.word(1), game.last.rest), ("waiting", Some(Rest::Person)));
    game.answer("1", "b", &json!(true));
    assert!(game.is_open(Game::attempt(1, 1)));
}

#[test]
fn a_cancelled_run_starts_nothing_new_and_lets_land_what_is_paid_for() {
    let nodes = vec![paid("a", "2"), needing(free("b"), &[0]), approval(question())];
    let mut game = Game::of(nodes, Some("10"));
    let attempt = Game::attempt(0, 1);
    game.arm(attempt, 0);
    game.signal("1", Signal::Cancel { by: "ann".into() });
    assert_eq!((game.last.outcome, game.word(1), game.word(2)), (None, "cancelled", "cancelled"));
    assert_eq!(game.arm(attempt, 1), Receipt::Refused(NotRecorded::Cancelled));
    game.land(attempt, 0, "2");
    game.done(attempt);
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Cancelled), usd("2")));
}

/// A map over five items, two at once.
fn five_two_at_once() -> Node {
    let each = Each {
        list: expression("range(5)"),
        item: name("i"),
        key: None,
        limit: Some(2),
        max_items: 9,
        budget: None,
    };
    Node { each: Some(each), ..node("shots", Work::Body(BodyIndex(1))) }
}

#[test]
fn a_cancelled_map_ends_when_its_copies_have() {
    let inner = vec![free("x"), needing(free("y"), &[0])];
    let body = Body::new(inner, Gives::Outputs(vec![]), Some((BodyIndex(0), NodeIndex(0))));
    let map = five_two_at_once();
    let mut game = Game::new(plan(vec![map], vec![body]), None);
    game.signal("1", Signal::Cancel { by: "ann".into() });
    for scope in [1, 2] {
        let at = At { scope: ScopeId(scope), node: NodeIndex(0) };
        game.fail(AttemptId { at, number: 1 }, Class::Cancelled);
    }
    assert_eq!(game.last.outcome, Some(Outcome::Cancelled));
}

#[test]
fn equal_outputs_are_made_once() {
    let pure = |of| node(of, Work::Call(call("pure", "0")));
    let mut game = Game::of(vec![pure("a"), pure("b")], None);
    assert!(game.is_open(Game::attempt(0, 1)) && !game.is_open(Game::attempt(1, 1)));
    game.done(Game::attempt(0, 1));
    assert_eq!((game.last.outcome, game.state.tally().cached), (Some(Outcome::Succeeded), 1));
    // If the first fails, the next one makes it.
    let mut game = Game::of(vec![pure("a"), pure("b")], None);
    game.fail(Game::attempt(0, 1), Class::Input);
    assert!(game.is_open(Game::attempt(1, 1)));
}

#[test]
fn an_equal_purchase_waits_while_the_first_may_still_have_been_made() {
    let drawn = |of| Node { retry: tries(3), ..node(of, Work::Call(call("drawn", "1"))) };
    let mut game = Game::of(vec![drawn("a"), drawn("b")], Some("10"));
    let (first, again, other) = (Game::attempt(0, 1), Game::attempt(0, 2), Game::attempt(1, 1));
    game.arm(first, 0);
    game.fail(first, Class::Network);
    game.wait(600);
    assert!(!game.is_open(other), "the first may have been made");
    game.step(first, 0, Step::Absent);
    game.wait(60);
    assert_ne!(game.is_open(other), game.is_open(again), "it never was: one of them buys");
    game.buys(if game.is_open(other) { other } else { again }, "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("1")));
}

#[test]
fn who_gives_up_in_doubt_keeps_no_equal_purchase_waiting() {
    let drawn = |of| node(of, Work::Call(call("drawn", "1")));
    let doubt = Doubt { then: Then::Fail, ..Doubt::default() };
    let failing = Node { doubt: Some(doubt), on_error: OnError::Skip, ..drawn("a") };
    let mut game = Game::of(vec![failing, drawn("b")], Some("10"));
    doubtful(&mut game, Game::attempt(0, 1));
    assert!(game.is_open(Game::attempt(1, 1)));
}

#[test]
fn a_cache_that_is_off_is_neither_asked_nor_filled() {
    let off = Node { cache: Cache::Off, ..node("a", Work::Call(call("pure", "0"))) };
    let mut game = Game::of(vec![off], None);
    let at = Game::attempt(0, 1).at;
    assert!(game.state.request(at).is_some_and(|request| request.fingerprint.is_none()));
    game.done(Game::attempt(0, 1));
    assert!(game.last.learned.is_empty());
}

#[test]
fn each_round_of_a_drawn_kind_is_another_take() {
    let drawn = node("take", Work::Call(call("drawn", "1")));
    let parent = Some((BodyIndex(0), NodeIndex(0)));
    let body = Body::new(vec![drawn], Gives::Node(NodeIndex(0)), parent);
    let repeat = Repeat { max: 2, until: expression("false"), best: Some(expression("1")) };
    let rounds = Node { repeat: Some(repeat), ..node("takes", Work::Body(BodyIndex(1))) };
    let mut game = Game::new(plan(vec![rounds], vec![body]), None);
    let at = |scope| At { scope: ScopeId(scope), node: NodeIndex(0) };
    let key = |game: &Game, scope| game.state.request(at(scope)).and_then(|it| it.fingerprint);
    let first = key(&game, 1).expect("a fingerprint");
    game.buys(AttemptId { at: at(1), number: 1 }, "1");
    assert_ne!(key(&game, 2).expect("a fingerprint"), first);
}

#[test]
fn a_sub_pipeline_sees_its_inputs_and_no_outer_name() {
    let inside = |template: &str| Call {
        with: vec![("seen".into(), value(template))],
        ..call("inline", "0")
    };
    let inner = node("inner", Work::Call(inside("inputs.word")));
    let seen = vec![(name("word"), value("inner.seen")), (name("other"), value("inputs.other"))];
    let input = |of: &str, default| Input { name: name(of), schema: Schema::anything(), default };
    let inputs = vec![input("word", None), input("other", Some(json!("by default")))];
    let body = Body { inputs, ..Body::new(vec![inner], Gives::Outputs(seen), None) };
    let with = vec![("word".into(), Template::Literal(json!("given")))];
    let sub = node("sub", Work::Pipeline { body: BodyIndex(1), with });
    let game = Game::new(plan(vec![sub], vec![body]), None);
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    assert_eq!(game.output(0), json!({ "word": "given", "other": "by default" }));
}

#[test]
fn what_a_node_may_spend_can_be_read() {
    let with = vec![("seen".into(), value("budget"))];
    let reading = node("b", Work::Call(Call { with, ..call("inline", "0") }));
    let reading = Node { budget: Some(budget("3")), ..needing(reading, &[0]) };
    let mut game = Game::of(vec![paid("a", "2"), reading], Some("4"));
    game.buys(Game::attempt(0, 1), "2");
    let seen = &game.output(1)["seen"];
    assert_eq!(seen["limit"], json!("3.00 USD"));
    assert_eq!(seen["left"], json!("2.00 USD"), "the least that is free up the path");
}

#[test]
fn a_budget_that_cannot_be_computed_fails_its_node_before_anything_starts() {
    let limit = Some(Amount::Computed(value("null")));
    let bad = Node { budget: Some(Budget { limit, ..Budget::default() }), ..paid("a", "1") };
    let game = Game::of(vec![bad], Some("4"));
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert!(game.log.iter().any(
        |event| matches!(event, Event::Decided { what: Decision::Broken(failure), .. } if failure.class == Class::Input)
    ));
}

#[test]
fn a_body_within_an_overdrawn_budget_fails_before_anything_of_it_starts() {
    let body =
        Body::new(vec![free("x")], Gives::Outputs(vec![]), Some((BodyIndex(0), NodeIndex(1))));
    let capped = Node { budget: Some(budget("1")), ..node("b", Work::Body(BodyIndex(1))) };
    let nodes = vec![paid("a", "1"), needing(capped, &[0])];
    let mut game = Game::new(plan(nodes, vec![body]), Some("2"));
    game.buys(Game::attempt(0, 1), "5");
    assert_eq!((game.word(1), game.last.outcome), ("failed", Some(Outcome::Failed)));
    assert_eq!(game.state.failures()[0].failure.class, Class::OverBudget);
}

#[test]
fn what_is_done_again_counts_on_and_has_all_its_tries_and_what_is_left_of_the_money() {
    let first = Node { retry: tries(2), ..paid("a", "2") };
    let mut game = Game::of(vec![first, needing(paid("b", "1"), &[0]), paid("c", "1")], Some("9"));
    game.buys(Game::attempt(0, 1), "2");
    game.buys(Game::attempt(1, 1), "1");
    game.buys(Game::attempt(2, 1), "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("4")));
    let what = game.state.reopening(&game.plan, &["a".into()], &[]).expect("it has ended");
    let key = game.state.attempt_key(&game.plan, Game::attempt(1, 1));
    game.signal("1", Signal::Reopen(what.clone()));
    assert_eq!((game.word(0), game.word(1), game.word(2)), ("admitted", "blocked", "succeeded"));
    game.fail(Game::attempt(0, 2), Class::Server);
    game.wait(60);
    game.buys(Game::attempt(0, 3), "2");
    assert_ne!(game.state.attempt_key(&game.plan, Game::attempt(1, 1)), key);
    game.buys(Game::attempt(1, 2), "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("7")));
    game.signal("1", Signal::Reopen(what));
    assert_eq!(game.word(0), "succeeded", "a word counts once");
    let unknown = game.state.reopening(&game.plan, &["d".into()], &[]);
    assert!(unknown.is_err_and(|why| why.contains("no node `d`")));
}

#[test]
fn nothing_is_done_again_while_it_may_still_have_been_bought() {
    let doubt = Doubt { then: Then::Fail, ..Doubt::default() };
    let mut game =
        Game::of(vec![Node { doubt: Some(doubt), ..paid("a", "2") }, free("b")], Some("10"));
    game.done(Game::attempt(1, 1));
    doubtful(&mut game, Game::attempt(0, 1));
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    let again = |game: &Game| game.state.reopening(&game.plan, &["b".into()], &[]);
    assert!(again(&game).is_err_and(|why| why.contains("a purchase is open at `a`")));
    let purchase = PurchaseId { attempt: Game::attempt(0, 1), slot: 0 };
    game.signal("1", Signal::Lost { purchase, by: "ann".into() });
    let what = again(&game).expect("it is closed");
    game.signal("2", Signal::Reopen(what));
    game.done(Game::attempt(1, 2));
    game.buys(Game::attempt(0, 2), "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("3")));
}
