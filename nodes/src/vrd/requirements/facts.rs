//! What is known of a video so far, field by field, and from where?
//!
//! A partial document, nested or flat, becomes facts; facts become the tree of a complete document.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::field::{self, FIELDS, Field};
use super::{Provenance, VideoType};
use crate::vrd::issue::Issue;
use crate::vrd::seconds::Seconds;

/// Values by field path, each in its field's own form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    known: BTreeMap<&'static str, (Json, Provenance)>,
    issues: Vec<Issue>,
}

impl Facts {
    /// Reads a partial VRD; what stands in it is stated, unless its own `provenance` says otherwise.
    pub fn read(document: &Json) -> Self {
        let mut facts = Self::default();
        let Some(document) = document.as_object() else {
            facts.issues.push(
                Issue::error("V005", "the requirements are not an object")
                    .fix("write fields such as `core_message` and `duration`"),
            );
            return facts;
        };
        for (key, value) in document {
            facts.read_entry(key, value);
        }
        for (path, origin) in document.get("provenance").map(field::origins).unwrap_or_default() {
            if let Some((_, known)) = facts.known.get_mut(path.as_str()) {
                *known = origin;
            }
        }
        facts
    }

    fn read_entry(&mut self, key: &str, value: &Json) {
        if key == "provenance" || value.is_null() {
            return;
        }
        if let Some(field) = field::named(key).or_else(|| field::at(key)) {
            return self.state(field, value);
        }
        let inner = field::in_section(key);
        let Some(section) = value.as_object().filter(|_| !inner.is_empty()) else {
            return self.issues.push(unknown(key, &inner));
        };
        for (name, value) in section {
            let path = format!("{key}.{name}");
            match field::at(&path) {
                Some(_) if value.is_null() => {}
                Some(field) => self.state(field, value),
                None => self.issues.push(unknown(&path, &inner)),
            }
        }
    }

    fn state(&mut self, field: &'static Field, value: &Json) {
        match field.form(value) {
            Ok(formed) => {
                let origin =
                    if formed.is_guess { Provenance::Inferred } else { Provenance::Stated };
                self.known.insert(field.path, (formed.value, origin));
            }
            Err(issue) => self.issues.push(issue),
        }
    }

    /// Takes a value for the field at `path`, unless a stronger one is known.
    pub fn learn(&mut self, path: &'static str, value: impl Into<Json>, origin: Provenance) {
        let Some(field) = field::at(path) else {
            return;
        };
        let weaker = self.origin(path).is_none_or(|known| known > origin);
        if !weaker && origin != Provenance::Clarified {
            return;
        }
        match field.form(&value.into()) {
            Ok(formed) => {
                let origin =
                    if formed.is_guess { origin.max(Provenance::Inferred) } else { origin };
                self.known.insert(path, (formed.value, origin));
            }
            Err(issue) => self.issues.push(issue),
        }
    }

    /// Takes over what `other` knows and these facts do not.
    pub fn add(&mut self, other: Self) {
        for (path, (value, origin)) in other.known {
            if self.origin(path).is_none_or(|known| known > origin) {
                self.known.insert(path, (value, origin));
            }
        }
        self.issues.extend(other.issues);
    }

    /// Takes what `other` states for the fields that nothing is known of, as an inference: nobody said it of this video.
    pub fn lean_on(&mut self, mut other: Self) {
        self.issues.extend(other.take_issues());
        for (path, value) in other.stated() {
            self.learn(path, value, Provenance::Inferred);
        }
    }

    /// What was stated, by path.
    pub fn stated(self) -> impl Iterator<Item = (&'static str, Json)> {
        let stated =
            |(_, (_, origin)): &(&'static str, (Json, Provenance))| *origin == Provenance::Stated;
        self.known.into_iter().filter(stated).map(|(path, (value, _))| (path, value))
    }

    pub fn note(&mut self, issue: Issue) {
        self.issues.push(issue);
    }

    pub fn take_issues(&mut self) -> Vec<Issue> {
        std::mem::take(&mut self.issues)
    }

    /// Forgets the field, so that it is derived anew.
    pub fn forget(&mut self, path: &str) {
        self.known.remove(path);
    }

    pub fn get(&self, path: &str) -> Option<&Json> {
        self.known.get(path).map(|(value, _)| value)
    }

    pub fn origin(&self, path: &str) -> Option<Provenance> {
        self.known.get(path).map(|(_, origin)| *origin)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    pub fn texts(&self, path: &str) -> Vec<String> {
        let items = self.get(path).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    pub fn video_type(&self) -> Option<VideoType> {
        self.text("video_type")?.parse().ok()
    }

    pub fn duration(&self) -> Option<Seconds> {
        serde_json::from_value(self.get(field::DURATION)?.clone()).ok()
    }

    /// The document that the facts make, with their provenance.
    pub fn tree(&self) -> Json {
        let mut tree = Map::new();
        let mut origins = Map::new();
        for field in FIELDS {
            let Some((value, origin)) = self.known.get(field.path) else {
                continue;
            };
            origins.insert(field.path.into(), origin.word().into());
            match field.path.split_once('.') {
                Some((section, name)) => {
                    let section = tree.entry(section).or_insert_with(|| Json::Object(Map::new()));
                    if let Some(section) = section.as_object_mut() {
                        section.insert(name.into(), value.clone());
                    }
                }
                None => {
                    tree.insert(field.path.into(), value.clone());
                }
            }
        }
        tree.insert("provenance".into(), Json::Object(origins));
        Json::Object(tree)
    }
}

fn unknown(path: &str, near: &[&str]) -> Issue {
    let known: Vec<&str> = if near.is_empty() {
        FIELDS.iter().flat_map(|field| field.aliases.iter().copied().chain([field.path])).collect()
    } else {
        near.to_vec()
    };
    Issue::error("V004", format!("a VRD has no field `{path}`"))
        .at(path)
        .fix(format!("write one of {}", crate::vrd::word::list(&known)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::complete;
    use super::*;

    fn codes(document: &Json) -> Vec<(String, Option<String>)> {
        let (_, issues) = complete(Facts::read(document));
        let errors = issues.into_iter().filter(Issue::is_error);
        errors.map(|issue| (issue.code.into_owned(), issue.path.map(String::from))).collect()
    }

    #[test]
    fn flat_and_nested_documents_say_the_same() {
        let flat = json!({
            "video_type": "explainer", "project_name": "Lumo", "duration": "1:30", "target_audience": "parents, 30-45",
            "inferred_pain_points": "hard mornings, late for school", "tone": "friendly", "core_message": "Lumo wakes you gently.",
            "cta": "Sign up", "midpoint_emotion": "relieved", "act2_emphasis": "problem_60_40", "visual_metaphors": ["sunrise"],
        });
        let nested = json!({
            "video_type": "explainer", "project": { "name": "Lumo" },
            "content_structure": { "total_duration_seconds": 90 },
            "audience": { "demographics": ["parents, 30-45"], "pain_points": ["hard mornings", "late for school"] },
            "style": { "tone": "friendly", "visual_metaphors": ["sunrise"] },
            "key_messages": { "core_message": "Lumo wakes you gently.", "cta": "Sign up" },
            "narrative": { "midpoint_emotion": "relieved", "act2_emphasis": "problem_60_40" },
        });
        let (flat, nested) =
            (complete(Facts::read(&flat)).0.unwrap(), complete(Facts::read(&nested)).0.unwrap());
        assert_eq!(flat, nested);
        assert_eq!(flat.duration(), Seconds::whole(90));
        assert_eq!(flat.provenance["key_messages.core_message"], Provenance::Stated);
        assert_eq!(flat.provenance["delivery.fps"], Provenance::Default);
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once_with_its_place() {
        let document = json!({
            "video_type": "advert", "duration": "soon", "tone": 7, "naration": {}, "style": { "colour": "red" },
            "narrative": { "words_per_minute": 200 }, "constraints": { "max_cost": 3 },
            "key_messages": { "core_message": "Meet [Product]." }
        });
        let expected = [
            ("V005", "video_type"),
            ("V001", field::DURATION),
            ("V005", "style.tone"),
            ("V004", "naration"),
            ("V004", "style.colour"),
            ("V005", "narrative.words_per_minute"),
            ("P001", "constraints"),
            ("V012", "key_messages.core_message"),
        ];
        let expected: Vec<_> =
            expected.map(|(code, path)| (code.to_owned(), Some(path.to_owned()))).into();
        assert_eq!(codes(&document), expected);
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_list() {
        let (_, issues) = complete(Facts::read(&json!({ "video_type": "advert" })));
        assert!(
            issues[0].message.contains("`explainer`, `product_demo`, `social_ad`"),
            "{}",
            issues[0]
        );
    }

    #[test]
    fn too_short_too_long_and_unusual_lengths_have_their_codes() {
        let all = |seconds: Json| {
            let document = json!({ "video_type": "social_ad", "core_message": "It works.", "duration": seconds });
            let (vrd, issues) = complete(Facts::read(&document));
            let codes: Vec<String> =
                issues.into_iter().map(|issue| issue.code.into_owned()).collect();
            (vrd.is_some(), codes)
        };
        assert_eq!(all(json!(4.9)), (false, vec!["V002".into()]));
        assert_eq!(all(json!(5)), (true, vec!["V010".into()]));
        assert_eq!(all(json!(30)), (true, vec![]));
        assert_eq!(all(json!(600)), (true, vec!["V010".into()]));
        assert_eq!(all(json!(600.5)), (false, vec!["V003".into()]));
    }

    #[test]
    fn a_range_is_inferred_and_a_vrd_reads_itself() {
        let (vrd, _) =
            complete(Facts::read(&json!({ "core_message": "It works.", "duration": "60-90s" })));
        let vrd = vrd.unwrap();
        assert_eq!(vrd.duration(), Seconds::whole(75));
        assert_eq!(vrd.provenance[field::DURATION], Provenance::Inferred);
        let (again, _) = complete(vrd.facts());
        assert_eq!(again.unwrap(), vrd);
    }
}
