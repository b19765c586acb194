//! What is a person asked, and what does an answer mean?

use serde_json::{Value as Json, json};

use super::event::{About, Answer, At, Decision, Entry, Event, Question, Signal, Verdict};
use super::ledger::AccountId;
use super::library::{Library, keep, read};
use super::look::{Looked, Stop, ask};
use super::money::{amount_in, question};
use super::node::Change;
use super::sight::Sight;
use super::{Damaged, RunState};
use crate::expression::Template;
use crate::kind::{Class, Failure};
use crate::money::Usd;
use crate::plan::graph::{Amount, Approve, Otherwise, Plan};
use crate::schema::Schema;
use crate::time::Timestamp;

impl RunState {
    /// What the run waits for people to say, by the path of the node that waits.
    pub fn questions<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl Iterator<Item = (String, &'a Question)> + 'a {
        self.questions.iter().map(|(at, question)| (self.path(plan, *at), question))
    }

    /// Puts the question of an approval, or answers it without one.
    pub(super) fn approve(
        &self,
        sight: &Sight,
        at: At,
        approve: &Approve,
        now: Timestamp,
    ) -> Result<Looked, Stop> {
        let text = match ask(sight, || approve.ask.evaluate(sight))? {
            Json::String(text) => text,
            other => other.to_string(),
        };
        let evaluate = |template: &Option<_>| match template {
            Some(template) => ask(sight, || Template::evaluate(template, sight)),
            None => Ok(Json::Null),
        };
        let (show, choices) = (evaluate(&approve.show)?, evaluate(&approve.choices)?);
        if choices.as_array().is_some_and(Vec::is_empty) {
            let failure = Failure::new(Class::Rejected, "there is nothing to choose from");
            return Err(Stop::Failure(failure));
        }
        let up_to = self.ahead(sight.plan, at);
        if let Some(above) = &approve.above
            && up_to.is_some_and(|ahead| ahead < above_of(sight, above).unwrap_or_default())
        {
            let value = approved(&json!(true), Some("below its limit"), "flow", now);
            let verdict = Verdict::Gives(keep(sight.library, &value));
            return Ok(Looked::Decided(Event::Answered { at, id: None, verdict }));
        }
        let otherwise = match &approve.otherwise {
            Some(_) => Some(keep(sight.library, &evaluate(&approve.otherwise)?)),
            None => None,
        };
        let question = Question {
            show: keep(sight.library, &show),
            choices: keep(sight.library, &choices),
            schema: keep(sight.library, &evaluate(&approve.schema)?),
            up_to,
            until: approve.timeout.map(|timeout| now.after(timeout)),
            otherwise,
            ..question(About::Approval, &text)
        };
        Ok(Looked::Decided(Event::Asked { at, question: Box::new(question) }))
    }

    /// What becomes of a node whose gate stays closed.
    pub(super) fn gate_closed(&self, plan: &Plan, at: At, gate: u8) -> Result<Event, Damaged> {
        let planned =
            self.node(plan, at)?.gates.get(usize::from(gate)).ok_or(Damaged::NoNode(at))?;
        if planned.otherwise != Otherwise::Ask {
            return Ok(Event::Decided { at, what: Decision::GateClosed(gate) });
        }
        let ask = format!("The gate on `{}` is closed. Go on all the same?", planned.on);
        Ok(Event::Asked { at, question: Box::new(question(About::Gate(gate), &ask)) })
    }

    /// What a person's word means: an event; or why it is no answer.
    pub(super) fn judge_answer(
        &self,
        plan: &Plan,
        library: &dyn Library,
        id: &str,
        (node, answer): (&str, &Answer),
        now: Timestamp,
    ) -> Result<Result<Event, String>, Damaged> {
        let waiting = self.questions.iter().find(|(at, _)| self.path(plan, **at) == node);
        let Some((at, question)) = waiting else {
            return Ok(Err(format!("`{node}` waits for no answer")));
        };
        let Ok(said) = serde_json::from_str::<Json>(&answer.answer) else {
            return Ok(Err("the answer is not JSON".into()));
        };
        let (comment, by) = (answer.comment.as_deref(), &*answer.by);
        Ok(self
            .verdict(library, question, &said, (comment, by), now)?
            .map(|verdict| Event::Answered { at: *at, id: Some(id.into()), verdict }))
    }

    fn verdict(
        &self,
        library: &dyn Library,
        question: &Question,
        said: &Json,
        (comment, by): (Option<&str>, &str),
        now: Timestamp,
    ) -> Result<Result<Verdict, String>, Damaged> {
        if *said == json!(false) {
            let reason = comment.map_or_else(String::new, |comment| format!(": {comment}"));
            let failure = Failure::new(Class::Rejected, format!("{by} said no{reason}"));
            return Ok(Ok(Verdict::Rejected(failure)));
        }
        Ok(match question.about {
            About::Gate(_) | About::Beyond if *said == json!(true) => Ok(Verdict::LetIn),
            About::Gate(_) | About::Beyond => Err("answer `true` or `false`".into()),
            About::Budget(account) => self.raised(account, said),
            About::Approval => {
                let (choices, schema) =
                    (read(library, &question.choices)?, read(library, &question.schema)?);
                match fits(&choices, &schema, said) {
                    Ok(()) => {
                        let value = approved(said, comment, by, now);
                        Ok(Verdict::Gives(keep(library, &value)))
                    }
                    Err(why) => Err(why),
                }
            }
        })
    }

    /// What the run may spend from now on, if `signal` is an answer that says so.
    pub fn raises_to(&self, plan: &Plan, signal: &Signal) -> Option<Usd> {
        let Signal::Answer { node, answer } = signal else { return None };
        let (_, question) =
            self.questions.iter().find(|(at, _)| self.path(plan, **at) == **node)?;
        if question.about != About::Budget(AccountId::RUN) {
            return None;
        }
        let said = serde_json::from_str(&answer.answer).ok()?;
        match self.raised(AccountId::RUN, &said) {
            Ok(Verdict::Raised { limit, .. }) => Some(limit),
            _ => None,
        }
    }

    /// A new limit of an account, if it is one.
    fn raised(&self, account: AccountId, said: &Json) -> Result<Verdict, String> {
        let text = said.as_str().ok_or("answer with the new limit: `\"25 USD\"`")?;
        let limit: Usd = text.parse().map_err(|error| format!("`{text}`: {error}"))?;
        let used = self.ledger.claim(account);
        if limit < used {
            return Err(format!("{used} are used already"));
        }
        Ok(Verdict::Raised { account, limit })
    }

    /// The answer of a question whose time is over.
    pub(super) fn expired(
        &self,
        library: &dyn Library,
        now: Timestamp,
    ) -> Result<Option<Event>, Damaged> {
        let Some((_, at)) =
            self.queues.deadlines.first().filter(|(until, _)| *until <= now).copied()
        else {
            return Ok(None);
        };
        let no = || Verdict::Rejected(Failure::new(Class::Rejected, "nobody answered in time"));
        let question = self.questions.get(&at).ok_or(Damaged::NoNode(at))?;
        let verdict = match &question.otherwise {
            None => no(),
            Some(otherwise) => {
                let said = read(library, otherwise)?;
                match &*said {
                    Json::String(word) if word == "reject" => no(),
                    Json::String(word) if word == "approve" => {
                        Verdict::Gives(keep(library, &approved(&json!(true), None, "timeout", now)))
                    }
                    said => self
                        .verdict(library, question, said, (None, "timeout"), now)?
                        .unwrap_or_else(|_| no()),
                }
            }
        };
        Ok(Some(Event::Answered { at, id: None, verdict }))
    }

    /// Takes in an [`Event::Asked`].
    pub(super) fn asked(&mut self, at: At, question: &Question) -> Result<(), Damaged> {
        self.change(at, Change::Asked)?;
        if question.about == About::Approval {
            self.reaches(at);
        }
        self.queues.deadlines.extend(question.until.map(|until| (until, at)));
        self.questions.insert(at, question.clone());
        Ok(())
    }

    /// Takes in an [`Event::Answered`].
    pub(super) fn answered(
        &mut self,
        plan: &Plan,
        at: At,
        verdict: &Verdict,
    ) -> Result<(), Damaged> {
        match verdict {
            Verdict::Gives(value) => {
                if !self.questions.contains_key(&at) {
                    self.reaches(at); // It passed without a question.
                }
                self.succeeded(plan, at, value.clone())
            }
            Verdict::LetIn => {
                match self.questions.get(&at).map(|question| question.about) {
                    Some(About::Beyond) => self.goes_beyond(plan, at)?,
                    _ => drop(self.let_in.insert(at)),
                }
                self.change(at, Change::GoesOn)
            }
            Verdict::Raised { account, limit } => {
                self.book_entry(&Entry::Limited { account: *account, limit: *limit })?;
                self.change(at, Change::GoesOn)
            }
            Verdict::Rejected(failure) => {
                self.lines.freed(); // Who waits for the same answer asks for itself.
                self.gave_up(plan, at, failure.clone())
            }
        }
    }
}

fn above_of(sight: &Sight, above: &Amount) -> Option<Usd> {
    amount_in(sight, above).ok()
}

/// What an approval gives.
fn approved(answer: &Json, comment: Option<&str>, by: &str, now: Timestamp) -> Json {
    json!({ "answer": answer, "comment": comment, "by": by, "at": now.to_string() })
}

/// Whether an answer is one of those that were asked for.
fn fits(choices: &Json, schema: &Json, said: &Json) -> Result<(), String> {
    if let Json::Array(choices) = choices {
        return if choices.contains(said) {
            Ok(())
        } else {
            Err(format!("choose one of the {} that are shown", choices.len()))
        };
    }
    if schema.is_null() {
        return if *said == json!(true) { Ok(()) } else { Err("answer `true` or `false`".into()) };
    }
    let violations: Vec<_> =
        Schema::new(schema.clone()).violations(said).iter().map(ToString::to_string).collect();
    if violations.is_empty() { Ok(()) } else { Err(violations.join("; ")) }
}
