//! How is a model asked for better words, and what becomes of an answer that breaks the rules?
//!
//! An answer is judged by the rules that the deterministic text obeys. One that breaks them goes back with the reasons,
//! twice at most; then the deterministic text stands, and a warning says so.

use std::collections::BTreeSet;

use flow_engine::kind::{Attempt, Class, Failure};
use flow_engine::schema::Schema;
use serde_json::Value as Json;

use crate::provider::llm::{Models, Prompt, RULES};
use crate::vrd::issue::Issue;

/// How often an answer may be mended.
const REPAIRS: u8 = 2;

/// Whose words an output has.
pub(super) enum Words<T> {
    /// Those of the rules: no model was asked.
    Own,
    /// A model's, and whose.
    Model(T, String),
    /// Those of the rules, because no answer of the model kept them; what was wrong with the last one.
    Unusable(Vec<String>),
}

/// What an agent asks, and how it judges.
pub(super) struct Question<'a, T> {
    pub(super) template: &'static str,
    pub(super) facts: &'a Json,
    pub(super) schema: Json,
    /// What `answer` makes, or all that is wrong with it.
    pub(super) judge: &'a (dyn Fn(&Json) -> Result<T, Vec<String>> + Send + Sync),
}

/// Asks the model that the attempt's provider names, if it names one.
pub(super) async fn ask<T: Send>(
    attempt: &dyn Attempt,
    models: &Models,
    question: &Question<'_, T>,
) -> Result<Words<T>, Failure> {
    let Some(model) = models.get(attempt.provider()) else {
        return Ok(Words::Own);
    };
    let schema = Schema::new(question.schema.clone());
    let prompt = render(question.template, question.facts)?;
    let mut text = prompt.clone();
    let mut faults = Vec::new();
    for slot in 0..=REPAIRS {
        let reply = model.answer(attempt, &Prompt { text: &text, schema: &schema, slot }).await?;
        match judged(&reply.text, &schema, question.judge) {
            Ok(words) => {
                return Ok(Words::Model(words, format!("{}/{}", model.name(), reply.model)));
            }
            Err(found) => {
                text = repair(&prompt, &reply.text, &found);
                faults = found;
            }
        }
    }
    Ok(Words::Unusable(faults))
}

fn judged<T>(
    text: &str,
    schema: &Schema,
    judge: &dyn Fn(&Json) -> Result<T, Vec<String>>,
) -> Result<T, Vec<String>> {
    let answer: Json = serde_json::from_str(unfenced(text))
        .map_err(|error| vec![format!("the answer is no JSON document: {error}")])?;
    let broken = schema.violations(&answer);
    if !broken.is_empty() {
        return Err(broken.iter().map(|one| format!("{}: {}", one.path, one.message)).collect());
    }
    judge(&answer)
}

/// The document without the fence that models like to put around it.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inner.map_or(text, |inner| inner.trim_start_matches("json").trim())
}

fn repair(prompt: &str, answer: &str, faults: &[String]) -> String {
    let faults = faults.join("\n- ");
    format!(
        "{prompt}\n\nYour last answer was:\n\n{answer}\n\nIt cannot be used:\n\n- {faults}\n\nAnswer again, in whole, \
         with these faults mended.\n"
    )
}

fn render(template: &str, facts: &Json) -> Result<String, Failure> {
    let environment = minijinja::Environment::new();
    environment.render_str(template, minijinja::value::Serde(facts)).map_err(|error| {
        Failure::new(Class::Internal, format!("the prompt cannot be written: {error:#}"))
    })
}

impl<T> Words<T> {
    /// The model's words, whose words they are, and the warning `code` where the model's could not be used.
    pub(super) fn taken(self, code: &'static str) -> (Option<T>, String, Option<Issue>) {
        match self {
            Self::Own => (None, RULES.into(), None),
            Self::Model(words, model) => (Some(words), model, None),
            Self::Unusable(faults) => {
                let message =
                    format!("the model's words broke the rules three times: {}", faults.join("; "));
                let warning = Issue::warning(code, message)
                    .fix("take the words of the rules, which stand here, or another model");
                (None, RULES.into(), Some(warning))
            }
        }
    }
}

/// The numbers in `text`, as they are written: a model may use those that it was given, and invent none.
pub(super) fn figures(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    text.split(|c| !is_part(c))
        .map(|figure| figure.trim_matches(['.', ',']))
        .filter(|figure| !figure.is_empty())
        .collect()
}

/// A fault for each number of `text` that does not stand in `source`.
pub(super) fn invented(place: &str, text: &str, source: &str) -> Vec<String> {
    let known = figures(source);
    let new = figures(text).into_iter().filter(|figure| !known.contains(figure));
    new.map(|figure| format!("{place}: the figure {figure} was not given: invent none")).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use serde_json::json;

    use super::*;
    use crate::provider::llm::{Llm, Reply};
    use crate::testing::TestAttempt;

    /// A model that gives the answers of its script, one after another, and keeps what it was asked.
    pub(in crate::agent) struct Scripted {
        answers: Mutex<Vec<String>>,
        asked: Mutex<Vec<String>>,
    }

    impl Scripted {
        pub(in crate::agent) fn new(answers: &[&Json]) -> Arc<Self> {
            let answers = answers.iter().rev().map(|answer| match answer {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            });
            Arc::new(Self { answers: Mutex::new(answers.collect()), asked: Mutex::default() })
        }

        pub(in crate::agent) fn models(self: &Arc<Self>) -> Models {
            let model: Arc<dyn Llm> = Arc::<Self>::clone(self);
            Models::of(vec![model])
        }

        pub(in crate::agent) fn asked(&self) -> Vec<String> {
            self.asked.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl Llm for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }

        async fn answer(&self, _: &dyn Attempt, prompt: &Prompt<'_>) -> Result<Reply, Failure> {
            let mut asked = self.asked.lock().unwrap();
            assert_eq!(usize::from(prompt.slot), asked.len());
            asked.push(prompt.text.to_owned());
            let text = self.answers.lock().unwrap().pop();
            let text = text.ok_or_else(|| Failure::new(Class::Server, "the script is over"))?;
            Ok(Reply { text, model: "double".into() })
        }
    }

    /// An attempt whose provider is the scripted model.
    pub(in crate::agent) fn modelled() -> TestAttempt {
        TestAttempt::new().with_provider("scripted")
    }

    async fn short_words(
        model: &Arc<Scripted>,
        attempt: &TestAttempt,
    ) -> Result<Words<String>, Failure> {
        let judge = |answer: &Json| match answer["word"].as_str() {
            Some(word) if word.len() < 4 => Ok(word.to_owned()),
            _ => Err(vec!["word: it is too long".to_owned()]),
        };
        let question = Question {
            template: "Say {{ what }}.",
            facts: &json!({ "what": "hi" }),
            schema: json!({ "type": "object", "required": ["word"], "properties": { "word": { "type": "string" } } }),
            judge: &judge,
        };
        ask(attempt, &model.models(), &question).await
    }

    #[tokio::test]
    async fn an_answer_that_breaks_a_rule_is_mended_with_the_reasons() {
        let long = json!({ "word": "hello" });
        let fenced = json!("```json\n{\"word\": \"hi\"}\n```");
        let model = Scripted::new(&[&long, &fenced]);
        let words = short_words(&model, &modelled()).await.unwrap();
        assert_eq!(words.taken("X050"), (Some("hi".into()), "scripted/double".into(), None));
        let asked = model.asked();
        assert_eq!(asked[0], "Say hi.");
        assert!(
            asked[1].contains("{\"word\":\"hello\"}")
                && asked[1].contains("- word: it is too long")
        );
    }

    #[tokio::test]
    async fn after_two_repairs_the_rules_own_words_stand_with_a_warning() {
        let (none, wrong, long) =
            (json!("no JSON"), json!({ "word": 3 }), json!({ "word": "hello" }));
        let model = Scripted::new(&[&none, &wrong, &long]);
        let (words, by, warning) = short_words(&model, &modelled()).await.unwrap().taken("X050");
        assert_eq!((words, by.as_str(), model.asked().len()), (None, "rules", 3));
        let warning = warning.unwrap();
        assert!(!warning.is_error() && warning.message.contains("too long"), "{warning}");
    }

    #[tokio::test]
    async fn without_a_model_nobody_is_asked_and_a_failing_model_fails_the_attempt() {
        let model = Scripted::new(&[]);
        let rules = TestAttempt::new().with_provider("rules");
        assert!(matches!(short_words(&model, &rules).await, Ok(Words::Own)));
        let failure = short_words(&model, &modelled()).await.err().unwrap();
        assert_eq!(failure.class, Class::Server);
    }

    #[test]
    fn invented_figures_are_found() {
        assert_eq!(
            invented("a", "50 % in 3.5 h, 3.", "3.5 hours and 3 days"),
            ["a: the figure 50 was not given: invent none"]
        );
    }
}
