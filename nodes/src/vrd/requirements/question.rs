//! What is to be asked before the script is written, and what does an answer change?

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::{Act2Emphasis, Facts, MidpointEmotion, Mode, Provenance, Vrd, brief, complete, field};
use crate::vrd::issue::Issue;
use crate::vrd::seconds::Seconds;
use crate::vrd::word::{list, words};

words! {
    QuestionType("type") { Text = "text", Choice = "choice" }
}

words! {
    /// How much an answer matters; in the order of asking.
    Priority("priority") { High = "high", Medium = "medium", Low = "low" }
}

/// One question to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    pub question: String,
    pub key: String,
    pub r#type: QuestionType,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    pub priority: Priority,
    /// What holds when nothing is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    pub optional: bool,
}

/// Answers by the questions' keys.
pub type Answers = BTreeMap<String, Json>;

/// The tones that can be chosen.
pub const TONES: [&str; 6] =
    ["empowering", "urgent", "friendly", "dramatic", "playful", "professional"];
const CTAS: [&str; 7] = [
    "visit website",
    "start free trial",
    "book a demo",
    "download app",
    "sign up",
    "contact sales",
    "learn more",
];
/// The most questions that are asked at once.
const MOST: usize = 5;

/// A question of the fixed list.
struct Topic {
    key: &'static str,
    path: &'static str,
    question: &'static str,
    options: &'static [&'static str],
    priority: Priority,
    hint: &'static str,
    asked: Asked,
}

#[derive(PartialEq)]
enum Asked {
    /// While nobody has said it.
    Missing,
    /// While nobody has said it, and only where the video has room for the answer.
    WithRoom,
}

const TOPICS: [Topic; 6] = [
    Topic {
        key: "core_message",
        path: "key_messages.core_message",
        question: "What is the one thing a viewer should remember?",
        options: &[],
        priority: Priority::High,
        hint: "one sentence, in the words that should be heard",
        asked: Asked::Missing,
    },
    Topic {
        key: "tone",
        path: "style.tone",
        question: "Which tone should the video have?",
        options: &TONES,
        priority: Priority::High,
        hint: "it sets voice, music and light",
        asked: Asked::Missing,
    },
    Topic {
        key: "midpoint_emotion",
        path: "narrative.midpoint_emotion",
        question: "What should the audience feel when the story turns?",
        options: MidpointEmotion::WORDS,
        priority: Priority::Medium,
        hint: "the moment at which the situation is transformed",
        asked: Asked::WithRoom,
    },
    Topic {
        key: "act2_emphasis",
        path: "narrative.act2_emphasis",
        question: "Should the middle dwell on the problem or on the solution?",
        options: Act2Emphasis::WORDS,
        priority: Priority::Medium,
        hint: "a problem-heavy middle suits an audience that knows the pain, a solution-heavy one an audience that does not",
        asked: Asked::WithRoom,
    },
    Topic {
        key: "visual_metaphors",
        path: "style.visual_metaphors",
        question: "Are there pictures that should stand for the idea?",
        options: &[],
        priority: Priority::Low,
        hint: "such as a sunrise, an open door; by commas",
        asked: Asked::WithRoom,
    },
    Topic {
        key: "cta",
        path: "key_messages.cta",
        question: "What should the viewer do next?",
        options: &CTAS,
        priority: Priority::High,
        hint: "a vague call to action lowers conversion",
        asked: Asked::Missing,
    },
];

/// What is to be asked about `vrd`: the most important first, five at most; nothing in automatic mode.
pub fn questions(vrd: &Vrd, mode: Mode) -> Vec<Question> {
    if mode == Mode::Auto {
        return Vec::new();
    }
    let has_room = vrd.duration() >= Seconds::whole(20);
    let facts = vrd.facts();
    let mut asked: Vec<&Topic> = TOPICS
        .iter()
        .filter(|topic| !vrd.is_stated(topic.path) && (has_room || topic.asked == Asked::Missing))
        .collect();
    asked.sort_by_key(|topic| topic.priority);
    asked.into_iter().take(MOST).map(|topic| topic.ask(&facts)).collect()
}

impl Topic {
    fn ask(&self, facts: &Facts) -> Question {
        let known = match self.path {
            "style.visual_metaphors" => Some(facts.texts(self.path).join(", ")),
            path => facts.text(path).map(str::to_owned),
        };
        let r#type =
            if self.options.is_empty() { QuestionType::Text } else { QuestionType::Choice };
        Question {
            question: self.question.into(),
            key: self.key.into(),
            r#type,
            options: self.options.iter().map(ToString::to_string).collect(),
            priority: self.priority,
            default: known.filter(|text| !text.is_empty()),
            hint: Some(self.hint.into()),
            optional: self.priority != Priority::High,
        }
    }
}

/// The JSON Schema of the answers to `questions`.
pub fn form(questions: &[Question]) -> Json {
    let mut properties = Map::new();
    for question in questions {
        let mut property = json!({ "type": "string", "title": question.question });
        if question.r#type == QuestionType::Choice {
            property["enum"] = json!(question.options);
        } else if !question.optional {
            property["minLength"] = json!(1);
        }
        if let Some(hint) = &question.hint {
            property["description"] = json!(hint);
        }
        properties.insert(question.key.clone(), property);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The VRD with `answers` in their places; an answer is stronger than what was stated.
pub fn merge(vrd: &Vrd, answers: &Answers) -> (Option<Vrd>, Vec<Issue>) {
    let mut facts = vrd.facts();
    let mut issues = Vec::new();
    for (key, answer) in answers {
        match topic(key, answer) {
            Ok(Some(topic)) => {
                // The option's words start a sentence on the last card.
                let value = if key == "cta" { capitalised(answer) } else { answer.clone() };
                facts.learn(topic.path, value, Provenance::Clarified);
            }
            Ok(None) => {}
            Err(issue) => issues.push(issue),
        }
    }
    issues.extend(facts.take_issues());
    if issues.iter().any(Issue::is_error) {
        return (None, issues);
    }
    let (merged, more) = complete(facts);
    issues.extend(more);
    (merged, issues)
}

/// The VRD with what a person's `notes` say in so many words: a length, a tone, platforms, a limit of cost.
///
/// None, if the notes say nothing of the kind.
pub fn heed(vrd: &Vrd, notes: &str) -> Option<Vrd> {
    let mut facts = vrd.facts();
    let mut is_heeded = false;
    for (path, value) in brief::read(notes).stated() {
        // What follows from a changed field is derived anew, unless a person said it.
        if path == field::DURATION && !vrd.is_stated("content_structure.outline") {
            facts.forget("content_structure.outline");
        }
        facts.learn(path, value, Provenance::Clarified);
        is_heeded = true;
    }
    is_heeded.then(|| complete(facts).0).flatten()
}

/// The topic that `key` answers; none if the answer was left empty.
fn topic(key: &str, answer: &Json) -> Result<Option<&'static Topic>, Issue> {
    let keys = || TOPICS.iter().map(|topic| topic.key).collect::<Vec<_>>();
    let topic = TOPICS.iter().find(|topic| topic.key == key).ok_or_else(|| {
        Issue::error("V020", format!("there is no question `{key}`"))
            .at(format!("answers.{key}"))
            .fix(format!("answer one of {}", list(&keys())))
    })?;
    if answer.is_null() || answer.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let chosen = answer.as_str().is_some_and(|text| topic.options.contains(&text));
    if !topic.options.is_empty() && !chosen {
        return Err(Issue::error("V021", format!("{answer} is not an option of `{key}`"))
            .at(format!("answers.{key}"))
            .fix(format!("choose one of {}", list(topic.options))));
    }
    Ok(field::at(topic.path).map(|_| topic))
}

fn capitalised(answer: &Json) -> Json {
    let text = answer.as_str().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}", first.to_uppercase(), letters.as_str()).into(),
        None => answer.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vrd(document: &Json) -> Vrd {
        complete(Facts::read(document)).0.unwrap()
    }

    fn keys(document: &Json, mode: Mode) -> Vec<String> {
        questions(&vrd(document), mode).into_iter().map(|question| question.key).collect()
    }

    #[test]
    fn the_five_most_important_open_questions_are_asked() {
        assert_eq!(
            keys(&json!({}), Mode::Hitl),
            ["core_message", "tone", "cta", "midpoint_emotion", "act2_emphasis"]
        );
        assert_eq!(keys(&json!({}), Mode::Auto), [""; 0]);
        assert_eq!(keys(&json!({ "duration": 15 }), Mode::Hitl), ["core_message", "tone", "cta"]);
        let known = json!({ "core_message": "It works.", "tone": "playful", "cta": "Go", "act2_emphasis": "problem_60_40" });
        assert_eq!(keys(&known, Mode::Hitl), ["midpoint_emotion", "visual_metaphors"]);
    }

    #[test]
    fn an_answer_overrides_and_is_never_asked_again() {
        let before = vrd(&json!({ "tone": "dramatic", "core_message": "It works." }));
        let answers: Answers =
            [("tone".into(), json!("playful")), ("cta".into(), json!("book a demo"))].into();
        let after = merge(&before, &answers).0.unwrap();
        assert_eq!(
            (after.style.tone.as_str(), after.key_messages.cta.as_str()),
            ("playful", "Book a demo")
        );
        assert_eq!(after.provenance["style.tone"], Provenance::Clarified);
        assert_eq!(merge(&after, &answers).0.unwrap(), after);
        let open: Vec<_> =
            questions(&after, Mode::Hitl).into_iter().map(|question| question.key).collect();
        assert_eq!(open, ["midpoint_emotion", "act2_emphasis", "visual_metaphors"]);
        let kept = merge(&before, &[("cta".into(), json!("sign up"))].into()).0.unwrap();
        assert_eq!(kept.style.tone, "dramatic");
    }

    #[test]
    fn unknown_keys_and_options_are_refused() {
        let refused = |key: &str, answer: Json| {
            let (merged, issues) = merge(&vrd(&json!({})), &[(key.to_owned(), answer)].into());
            assert!(merged.is_none());
            issues[0].to_string()
        };
        insta::assert_snapshot!(refused("mood", json!("happy")), @"error[V020] answers.mood: there is no question `mood`; answer one of `core_message`, `tone`, `midpoint_emotion`, `act2_emphasis`, `visual_metaphors`, `cta`");
        insta::assert_snapshot!(refused("tone", json!("angry")), @r#"error[V021] answers.tone: "angry" is not an option of `tone`; choose one of `empowering`, `urgent`, `friendly`, `dramatic`, `playful`, `professional`"#);
    }

    #[test]
    fn the_form_takes_what_merging_takes() {
        let questions = questions(&vrd(&json!({})), Mode::Hitl);
        let form = flow_engine::schema::Schema::new(form(&questions));
        assert!(
            form.violations(&json!({ "tone": "playful", "core_message": "It works." })).is_empty()
        );
        assert!(!form.violations(&json!({ "tone": "angry" })).is_empty());
        assert!(!form.violations(&json!({ "colour": "red" })).is_empty());
    }
}
