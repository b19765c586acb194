//! How are events written down?
//!
//! As JSON lines, of types apart from the domain's: the domain may change, what was written must be read for ever. A new
//! form is a new variant or an optional field; a variant is never given another meaning.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::money::{self, MoneyRecord};
use crate::kind::Failure;
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::{NodeIndex, OnExceed};
use crate::run::event::{
    About, At, AttemptId, Closing, Decision, Ended, Event, Granted, Outcome, Question, Request,
    ScopeId, Signal, Value, Verdict,
};
use crate::run::ledger::AccountId;
use crate::time::Timestamp;

/// An event as it is written. `s` is a scope, `n` a node, `a` an attempt's number.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Started {
        run: RunId,
        plan: Digest,
        semantics: u32,
        inputs: Stored,
        files: Stored,
        facts: Stored,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Usd>,
        #[serde(default, skip_serializing_if = "Granted::is_empty")]
        granted: Granted,
    },
    Resumed {
        epoch: u64,
        delivered: Vec<(u32, u32, u16)>,
    },
    Expanded {
        s: u32,
        n: u32,
        first: u32,
        count: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        items: Option<Stored>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<Box<[Box<str>]>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inputs: Option<Stored>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    Admitted {
        s: u32,
        n: u32,
        a: u16,
        input: Stored,
        #[serde(default, skip_serializing_if = "str::is_empty")]
        provider: Box<str>,
        #[serde(default, skip_serializing_if = "str::is_empty")]
        model: Box<str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Usd>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<Digest>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<Timestamp>,
    },
    /// An attempt that was over is handed out again.
    TakenUp {
        s: u32,
        n: u32,
        a: u16,
    },
    Money(MoneyRecord),
    /// How a node is undone.
    Undoable {
        s: u32,
        n: u32,
        input: Stored,
        #[serde(default, skip_serializing_if = "str::is_empty")]
        provider: Box<str>,
        #[serde(default, skip_serializing_if = "str::is_empty")]
        model: Box<str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Usd>,
    },
    NotUndoable {
        s: u32,
        n: u32,
        failure: Failure,
    },
    Undoing {
        s: u32,
        n: u32,
        a: u16,
    },
    Asked {
        s: u32,
        n: u32,
        about: About,
        ask: Box<str>,
        show: Stored,
        choices: Stored,
        schema: Stored,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        up_to: Option<Usd>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Stored>,
    },
    Answered {
        s: u32,
        n: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Box<str>>,
        verdict: VerdictRecord,
    },
    Exceeded {
        s: u32,
        n: u32,
        account: AccountId,
        quote: Usd,
        free: Usd,
        then: OnExceed,
    },
    OverBudget {
        s: u32,
        n: u32,
        by: AccountId,
        quote: Usd,
        free: Usd,
    },
    OverGrant {
        s: u32,
        n: u32,
        seller: Box<str>,
        quote: Usd,
        free: Usd,
    },
    InDoubt {
        s: u32,
        n: u32,
    },
    Done {
        s: u32,
        n: u32,
        a: u16,
        output: Stored,
        ms: u64,
    },
    Faltered {
        s: u32,
        n: u32,
        a: u16,
        failure: Failure,
        ms: u64,
    },
    Skipped {
        s: u32,
        n: u32,
    },
    Spared {
        s: u32,
        n: u32,
    },
    Reused {
        s: u32,
        n: u32,
        output: Stored,
        key: Digest,
    },
    Computed {
        s: u32,
        n: u32,
        output: Stored,
    },
    Gathered {
        s: u32,
        n: u32,
        output: Stored,
    },
    RetryAt {
        s: u32,
        n: u32,
        at: Timestamp,
    },
    GaveUp {
        s: u32,
        n: u32,
    },
    Broken {
        s: u32,
        n: u32,
        failure: Failure,
    },
    Gave {
        s: u32,
        output: Stored,
    },
    GaveNothing {
        s: u32,
        failure: Failure,
    },
    /// A copy of a node with `repeat` or `carry` is over.
    Closed {
        s: u32,
        until: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<Stored>,
        carried: Vec<Stored>,
    },
    ClosedBadly {
        s: u32,
        failure: Failure,
    },
    TimedOut {
        s: u32,
        n: u32,
    },
    FellBack {
        s: u32,
        n: u32,
    },
    GateClosed {
        s: u32,
        n: u32,
        gate: u8,
    },
    Signalled {
        id: Box<str>,
        what: Signal,
    },
    Finished {
        outcome: Outcome,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictRecord {
    Gives(Stored),
    LetIn,
    Raised { account: AccountId, limit: Usd },
    Rejected(Failure),
}

#[derive(Serialize, Deserialize)]
pub(super) enum Stored {
    #[serde(rename = "v")]
    Inline(Box<RawValue>),
    #[serde(rename = "at")]
    Stored(Digest),
}

/// A line that is not an event of this or an earlier version.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the record is not an event that this version knows")]
pub struct BadRecord {
    pub line: usize,
    #[source]
    pub source: serde_json::Error,
}

/// Writes the events of one tick.
pub fn write(events: &[Event]) -> String {
    let mut text = String::new();
    for event in events {
        let record = Record::from(event);
        text.push_str(
            &serde_json::to_string(&record).expect("records have text keys and finite numbers"),
        );
        text.push('\n');
    }
    text
}

/// Reads what [`write`] wrote, in this version or an earlier one.
pub fn read(text: &str) -> Result<Vec<Event>, BadRecord> {
    let record = |(index, line)| match serde_json::from_str::<Record>(line) {
        Ok(record) => Ok(Event::from(record)),
        Err(source) => Err(BadRecord { line: index + 1, source }),
    };
    text.lines().enumerate().map(record).collect()
}

impl From<&Value> for Stored {
    fn from(value: &Value) -> Self {
        match value {
            Value::Inline(text) => Self::Inline(
                RawValue::from_string(text.to_string()).expect("inline values are JSON"),
            ),
            Value::Stored(digest) => Self::Stored(*digest),
        }
    }
}

impl From<Stored> for Value {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Inline(raw) => Self::Inline(Box::<str>::from(raw)),
            Stored::Stored(digest) => Self::Stored(digest),
        }
    }
}

impl From<&Event> for Record {
    fn from(event: &Event) -> Self {
        match event {
            Event::Started { run, plan, semantics, inputs, files, facts, limit, granted } => {
                Self::Started {
                    run: run.clone(),
                    plan: *plan,
                    semantics: *semantics,
                    inputs: inputs.into(),
                    files: files.into(),
                    facts: facts.into(),
                    limit: *limit,
                    granted: granted.clone(),
                }
            }
            Event::Resumed { epoch, delivered } => {
                let delivered =
                    delivered.iter().map(|open| (open.at.scope.0, open.at.node.0, open.number));
                Self::Resumed { epoch: *epoch, delivered: delivered.collect() }
            }
            Event::Expanded { at, first, count, items, keys, inputs, until } => {
                let (s, n) = pair(*at);
                let items = items.as_ref().map(Stored::from);
                let (keys, inputs) = (keys.clone(), inputs.as_ref().map(Stored::from));
                let (first, count, until) = (first.0, *count, *until);
                Self::Expanded { s, n, first, count, items, keys, inputs, until }
            }
            Event::Admitted { attempt, request, began } => {
                let (s, n) = pair(attempt.at);
                let Request { input, provider, model, hold, fingerprint } = request;
                let (provider, model) = (provider.clone(), model.clone());
                Self::Admitted {
                    s,
                    n,
                    a: attempt.number,
                    input: input.into(),
                    provider,
                    model,
                    hold: *hold,
                    key: *fingerprint,
                    began: *began,
                }
            }
            Event::TakenUp { attempt } => {
                let (s, n) = pair(attempt.at);
                Self::TakenUp { s, n, a: attempt.number }
            }
            Event::Opened { .. } | Event::Money(_) | Event::Purchase { .. } => {
                Self::Money(money::record(event).expect("it is one of these three"))
            }
            Event::Undoable { at, request: Ok(request) } => {
                let ((s, n), hold) = (pair(*at), request.hold);
                let (provider, model) = (request.provider.clone(), request.model.clone());
                Self::Undoable { s, n, input: (&request.input).into(), provider, model, hold }
            }
            Event::Undoable { at, request: Err(failure) } => {
                let (s, n) = pair(*at);
                Self::NotUndoable { s, n, failure: failure.clone() }
            }
            Event::Undoing { attempt } => {
                let (s, n) = pair(attempt.at);
                Self::Undoing { s, n, a: attempt.number }
            }
            Event::Asked { at, question } => asked(*at, question),
            Event::Answered { at, id, verdict } => {
                let (s, n) = pair(*at);
                Self::Answered { s, n, id: id.clone(), verdict: verdict.into() }
            }
            Event::Exceeded { at, account, quote, free, then } => {
                let (s, n) = pair(*at);
                let (account, quote, free, then) = (*account, *quote, *free, *then);
                Self::Exceeded { s, n, account, quote, free, then }
            }
            Event::Ended { attempt, ended, took } => {
                let ((s, n), a) = (pair(attempt.at), attempt.number);
                let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                match ended {
                    Ended::Done(output) => Self::Done { s, n, a, output: output.into(), ms },
                    Ended::Failed(failure) => {
                        Self::Faltered { s, n, a, failure: failure.clone(), ms }
                    }
                }
            }
            Event::Decided { at, what } => decided(*at, what),
            Event::Gave { scope, output: Ok(output) } => {
                Self::Gave { s: scope.0, output: output.into() }
            }
            Event::Gave { scope, output: Err(failure) } => {
                Self::GaveNothing { s: scope.0, failure: failure.clone() }
            }
            Event::Closed { scope, closing: Ok(closing) } => Self::Closed {
                s: scope.0,
                until: closing.until,
                score: closing.score.as_ref().map(Stored::from),
                carried: closing.carried.iter().map(Stored::from).collect(),
            },
            Event::Closed { scope, closing: Err(failure) } => {
                Self::ClosedBadly { s: scope.0, failure: failure.clone() }
            }
            Event::Signalled { id, what } => Self::Signalled { id: id.clone(), what: what.clone() },
            Event::Finished { outcome } => Self::Finished { outcome: *outcome },
        }
    }
}

fn decided(at: At, what: &Decision) -> Record {
    let (s, n) = pair(at);
    match what {
        Decision::Skipped => Record::Skipped { s, n },
        Decision::Spared => Record::Spared { s, n },
        Decision::Reused { output, fingerprint } => {
            Record::Reused { s, n, output: output.into(), key: *fingerprint }
        }
        Decision::Computed(output) => Record::Computed { s, n, output: output.into() },
        Decision::Gathered(output) => Record::Gathered { s, n, output: output.into() },
        Decision::RetryAt(at) => Record::RetryAt { s, n, at: *at },
        Decision::FellBack => Record::FellBack { s, n },
        Decision::GateClosed(gate) => Record::GateClosed { s, n, gate: *gate },
        Decision::OverBudget { by, quote, free } => {
            Record::OverBudget { s, n, by: *by, quote: *quote, free: *free }
        }
        Decision::OverGrant { seller, quote, free } => {
            Record::OverGrant { s, n, seller: seller.clone(), quote: *quote, free: *free }
        }
        Decision::InDoubt => Record::InDoubt { s, n },
        Decision::TimedOut => Record::TimedOut { s, n },
        Decision::GaveUp => Record::GaveUp { s, n },
        Decision::Broken(failure) => Record::Broken { s, n, failure: failure.clone() },
    }
}

impl From<Record> for Event {
    fn from(record: Record) -> Self {
        let decided = |s, n, what| Self::Decided { at: at(s, n), what };
        let of = |s, n, number| AttemptId { at: at(s, n), number };
        match record {
            Record::Started { run, plan, semantics, inputs, files, facts, limit, granted } => {
                let (inputs, files, facts) = (inputs.into(), files.into(), facts.into());
                Self::Started { run, plan, semantics, inputs, files, facts, limit, granted }
            }
            Record::Resumed { epoch, delivered } => {
                let delivered =
                    delivered.into_iter().map(|(s, n, number)| AttemptId { at: at(s, n), number });
                Self::Resumed { epoch, delivered: delivered.collect() }
            }
            Record::Expanded { s, n, first, count, items, keys, inputs, until } => Self::Expanded {
                at: at(s, n),
                first: ScopeId(first),
                count,
                items: items.map(Value::from),
                keys,
                inputs: inputs.map(Value::from),
                until,
            },
            Record::Admitted { s, n, a, input, provider, model, hold, key, began } => {
                let (input, fingerprint) = (input.into(), key);
                let request = Request { input, provider, model, hold, fingerprint };
                Self::Admitted { attempt: of(s, n, a), request, began }
            }
            Record::TakenUp { s, n, a } => Self::TakenUp { attempt: of(s, n, a) },
            Record::Money(money) => money::event(money),
            Record::Undoable { s, n, input, provider, model, hold } => {
                let input = input.into();
                let request = Ok(Request { input, provider, model, hold, fingerprint: None });
                Self::Undoable { at: at(s, n), request }
            }
            Record::NotUndoable { s, n, failure } => {
                Self::Undoable { at: at(s, n), request: Err(failure) }
            }
            Record::Undoing { s, n, a } => Self::Undoing { attempt: of(s, n, a) },
            Record::Asked { s, n, about, ask, show, choices, schema, up_to, until, otherwise } => {
                let (show, choices, schema) = (show.into(), choices.into(), schema.into());
                let otherwise = otherwise.map(Value::from);
                let question =
                    Question { about, ask, show, choices, schema, up_to, until, otherwise };
                Self::Asked { at: at(s, n), question: Box::new(question) }
            }
            Record::Answered { s, n, id, verdict } => {
                Self::Answered { at: at(s, n), id, verdict: verdict.into() }
            }
            Record::Exceeded { s, n, account, quote, free, then } => {
                Self::Exceeded { at: at(s, n), account, quote, free, then }
            }
            Record::OverBudget { s, n, by, quote, free } => {
                decided(s, n, Decision::OverBudget { by, quote, free })
            }
            Record::OverGrant { s, n, seller, quote, free } => {
                decided(s, n, Decision::OverGrant { seller, quote, free })
            }
            Record::InDoubt { s, n } => decided(s, n, Decision::InDoubt),
            Record::Done { s, n, a, output, ms } => Self::Ended {
                attempt: AttemptId { at: at(s, n), number: a },
                ended: Ended::Done(output.into()),
                took: Duration::from_millis(ms),
            },
            Record::Faltered { s, n, a, failure, ms } => Self::Ended {
                attempt: AttemptId { at: at(s, n), number: a },
                ended: Ended::Failed(failure),
                took: Duration::from_millis(ms),
            },
            Record::Skipped { s, n } => decided(s, n, Decision::Skipped),
            Record::Spared { s, n } => decided(s, n, Decision::Spared),
            Record::Reused { s, n, output, key } => {
                decided(s, n, Decision::Reused { output: output.into(), fingerprint: key })
            }
            Record::Computed { s, n, output } => decided(s, n, Decision::Computed(output.into())),
            Record::Gathered { s, n, output } => decided(s, n, Decision::Gathered(output.into())),
            Record::RetryAt { s, n, at } => decided(s, n, Decision::RetryAt(at)),
            Record::FellBack { s, n } => decided(s, n, Decision::FellBack),
            Record::GateClosed { s, n, gate } => decided(s, n, Decision::GateClosed(gate)),
            Record::TimedOut { s, n } => decided(s, n, Decision::TimedOut),
            Record::GaveUp { s, n } => decided(s, n, Decision::GaveUp),
            Record::Broken { s, n, failure } => decided(s, n, Decision::Broken(failure)),
            Record::Gave { s, output } => {
                Self::Gave { scope: ScopeId(s), output: Ok(output.into()) }
            }
            Record::GaveNothing { s, failure } => {
                Self::Gave { scope: ScopeId(s), output: Err(failure) }
            }
            Record::Closed { s, until, score, carried } => {
                let (score, carried) =
                    (score.map(Value::from), carried.into_iter().map(Value::from).collect());
                Self::Closed { scope: ScopeId(s), closing: Ok(Closing { until, score, carried }) }
            }
            Record::ClosedBadly { s, failure } => {
                Self::Closed { scope: ScopeId(s), closing: Err(failure) }
            }
            Record::Signalled { id, what } => Self::Signalled { id, what },
            Record::Finished { outcome } => Self::Finished { outcome },
        }
    }
}

fn asked(at: At, question: &Question) -> Record {
    let (s, n) = pair(at);
    Record::Asked {
        s,
        n,
        about: question.about,
        ask: question.ask.clone(),
        show: (&question.show).into(),
        choices: (&question.choices).into(),
        schema: (&question.schema).into(),
        up_to: question.up_to,
        until: question.until,
        otherwise: question.otherwise.as_ref().map(Stored::from),
    }
}

impl From<&Verdict> for VerdictRecord {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Gives(value) => Self::Gives(value.into()),
            Verdict::LetIn => Self::LetIn,
            Verdict::Raised { account, limit } => Self::Raised { account: *account, limit: *limit },
            Verdict::Rejected(failure) => Self::Rejected(failure.clone()),
        }
    }
}

impl From<VerdictRecord> for Verdict {
    fn from(record: VerdictRecord) -> Self {
        match record {
            VerdictRecord::Gives(value) => Self::Gives(value.into()),
            VerdictRecord::LetIn => Self::LetIn,
            VerdictRecord::Raised { account, limit } => Self::Raised { account, limit },
            VerdictRecord::Rejected(failure) => Self::Rejected(failure),
        }
    }
}

pub(super) fn pair(at: At) -> (u32, u32) {
    (at.scope.0, at.node.0)
}

pub(super) fn at(scope: u32, node: u32) -> At {
    At { scope: ScopeId(scope), node: NodeIndex(node) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Class;
    use crate::run::event::Reopen;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let (here, output) = (at(3, 1), Value::Inline(r#"{"a":[1,2.5,"x\n"]}"#.into()));
        let attempt = AttemptId { at: here, number: 2 };
        let (digest, took) = (Digest::of(b"x"), Duration::from_millis(12));
        let failure = Failure::new(Class::Server, "no").help("wait").after(took);
        let request = Request {
            input: Value::Stored(digest),
            provider: "local".into(),
            model: "small".into(),
            hold: Some(Usd::from_micros(1_500_000)),
            fingerprint: Some(digest),
        };
        let undoing = Request { fingerprint: None, ..request.clone() };
        let decisions = [
            Decision::Skipped,
            Decision::Spared,
            Decision::Reused { output: output.clone(), fingerprint: digest },
            Decision::Computed(output.clone()),
            Decision::Gathered(Value::null()),
            Decision::RetryAt(Timestamp(5)),
            Decision::FellBack,
            Decision::GateClosed(1),
            Decision::OverBudget { by: AccountId(2), quote: Usd::ZERO, free: Usd::ZERO },
            Decision::OverGrant { seller: "luma".into(), quote: Usd::ZERO, free: Usd::ZERO },
            Decision::InDoubt,
            Decision::TimedOut,
            Decision::GaveUp,
            Decision::Broken(failure.clone()),
        ];
        let mut events = vec![
            Event::Started {
                run: RunId::new("r"),
                plan: digest,
                semantics: 1,
                inputs: output.clone(),
                files: Value::null(),
                facts: Value::null(),
                limit: Some(Usd::from_micros(5)),
                granted: [("luma".into(), Usd::from_micros(5))].into(),
            },
            Event::Resumed { epoch: 4, delivered: vec![attempt] },
            Event::Expanded {
                at: here,
                first: ScopeId(9),
                count: 2,
                items: Some(Value::null()),
                keys: Some(["a".into(), "b".into()].into()),
                inputs: Some(Value::null()),
                until: Some(Timestamp(9)),
            },
            Event::Admitted { attempt, request, began: Some(Timestamp(7)) },
            Event::Ended { attempt, ended: Ended::Done(output.clone()), took },
            Event::Ended { attempt, ended: Ended::Failed(failure.clone()), took },
            Event::Gave { scope: ScopeId(3), output: Ok(output) },
            Event::Gave { scope: ScopeId(3), output: Err(failure) },
            Event::Closed {
                scope: ScopeId(3),
                closing: Ok(Closing {
                    until: true,
                    score: Some(Value::Inline("2.5".into())),
                    carried: vec![Value::null()],
                }),
            },
            Event::Closed { scope: ScopeId(3), closing: Err(Failure::input("x")) },
            Event::Signalled { id: "c".into(), what: Signal::Drain },
            Event::Finished { outcome: Outcome::Partial },
            Event::TakenUp { attempt },
            Event::Undoing { attempt },
            Event::Undoable { at: here, request: Err(Failure::input("x")) },
            Event::Undoable { at: here, request: Ok(undoing) },
        ];
        events.extend(asking(here));
        events.extend(money::examples(attempt));
        events.extend(decisions.map(|what| Event::Decided { at: here, what }));
        assert_eq!(read(&write(&events)).expect("readable"), events);
    }

    fn asking(here: At) -> Vec<Event> {
        let question = Question {
            about: About::Gate(1),
            ask: "go on?".into(),
            show: Value::null(),
            choices: Value::Inline("[1,2]".into()),
            schema: Value::null(),
            up_to: Some(Usd::ZERO),
            until: Some(Timestamp(9)),
            otherwise: Some(Value::null()),
        };
        let account = AccountId(3);
        let verdicts = [
            Verdict::Gives(Value::null()),
            Verdict::LetIn,
            Verdict::Raised { account, limit: Usd::ZERO },
            Verdict::Rejected(Failure::input("x")),
        ];
        let answered = |verdict| Event::Answered { at: here, id: Some("a".into()), verdict };
        let (quote, free, then) = (Usd::from_micros(7), Usd::ZERO, OnExceed::Finish);
        let reopen = Reopen {
            from: vec![NodeIndex(1)],
            redo: vec![(NodeIndex(2), 3)],
            inputs: Some(r#"{"note":"x"}"#.into()),
            by: "ann".into(),
        };
        let accept = Signal::Accept { kind: "media/concat".into(), version: 2, by: "ann".into() };
        let mut events = vec![
            Event::Asked { at: here, question: Box::new(question) },
            Event::Exceeded { at: here, account, quote, free, then },
            Event::Signalled { id: "c".into(), what: Signal::Cancel { by: "ann".into() } },
            Event::Signalled { id: "r".into(), what: Signal::Reopen(reopen) },
            Event::Signalled { id: "v".into(), what: accept },
        ];
        events.extend(verdicts.map(answered));
        events
    }

    #[test]
    fn an_unknown_event_is_named_by_its_line() {
        let text = "{\"gave_up\":{\"s\":0,\"n\":1}}\n{\"flew\":{}}\n";
        assert_eq!(read(text).map_err(|bad| bad.line), Err(2));
    }
}
