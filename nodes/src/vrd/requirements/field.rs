//! Which fields has a VRD, of which form, and under which other names are they accepted?

use serde_json::Value as Json;

use super::{Act2Emphasis, MidpointEmotion, Provenance, VideoStyle, VideoType, length};
use crate::vrd::issue::Issue;
use crate::vrd::production::constraints::Constraints;
use crate::vrd::word;

/// The path of the one field that has forms of its own.
pub const DURATION: &str = "content_structure.total_duration_seconds";

/// One field: its path, what may stand there, and its flat names.
pub struct Field {
    pub path: &'static str,
    pub shape: Shape,
    pub aliases: &'static [&'static str],
}

/// What may stand in a field.
#[derive(Clone, Copy)]
pub enum Shape {
    Text,
    /// A list, or one text; commas part it where the flag says so.
    Texts(Commas),
    Length,
    Whole(u32, u32),
    Word(&'static str, &'static [&'static str]),
    Outline,
    Constraints,
}

/// Whether a comma in a single text parts a list.
#[derive(Clone, Copy)]
pub enum Commas {
    Part,
    Keep,
}

const fn field(path: &'static str, shape: Shape) -> Field {
    Field { path, shape, aliases: &[] }
}

const fn known_as(path: &'static str, shape: Shape, aliases: &'static [&'static str]) -> Field {
    Field { path, shape, aliases }
}

const LIST: Shape = Shape::Texts(Commas::Part);

/// All fields, in the order of the document.
pub const FIELDS: &[Field] = &[
    field("schema_version", Shape::Text),
    field("vrd_id", Shape::Text),
    field("video_type", Shape::Word("video_type", VideoType::WORDS)),
    known_as("project.name", Shape::Text, &["project_name"]),
    field("project.context", Shape::Text),
    field("project.target_completion", Shape::Text),
    field("purpose.objective", Shape::Text),
    field("purpose.business_challenge", Shape::Text),
    field("purpose.success_metrics", LIST),
    known_as("audience.demographics", Shape::Texts(Commas::Keep), &["target_audience"]),
    field("audience.roles", LIST),
    field("audience.knowledge_level", Shape::Text),
    known_as("audience.pain_points", LIST, &["inferred_pain_points"]),
    field("audience.platforms", LIST),
    known_as("key_messages.core_message", Shape::Text, &["core_message"]),
    field("key_messages.supporting_messages", Shape::Texts(Commas::Keep)),
    known_as("key_messages.cta", Shape::Text, &["cta"]),
    field("key_messages.brand_values", LIST),
    known_as(DURATION, Shape::Length, &["estimated_duration", "duration_seconds", "duration"]),
    field("content_structure.outline", Shape::Outline),
    field("content_structure.must_include", LIST),
    field("style.video_style", Shape::Word("video_style", VideoStyle::WORDS)),
    known_as("style.tone", Shape::Text, &["tone"]),
    field("style.mood", Shape::Text),
    field("style.visual_style", Shape::Text),
    field("style.color_palette", LIST),
    known_as("style.visual_metaphors", LIST, &["visual_metaphors"]),
    known_as(
        "narrative.midpoint_emotion",
        Shape::Word("midpoint_emotion", MidpointEmotion::WORDS),
        &["midpoint_emotion"],
    ),
    known_as(
        "narrative.act2_emphasis",
        Shape::Word("act2_emphasis", Act2Emphasis::WORDS),
        &["act2_emphasis"],
    ),
    field("narrative.words_per_minute", Shape::Whole(110, 170)),
    field("delivery.width", Shape::Whole(16, 8192)),
    field("delivery.height", Shape::Whole(16, 8192)),
    field("delivery.fps", Shape::Whole(1, 120)),
    field("delivery.container", Shape::Text),
    field("delivery.aspect_ratio", Shape::Text),
    field("delivery.language", Shape::Text),
    field("constraints", Shape::Constraints),
];

/// The field at `path`.
pub fn at(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

/// The field that the flat key `name` stands for.
pub fn named(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.aliases.contains(&name))
}

/// The paths of a document's top-level section, for suggestions.
pub fn in_section(section: &str) -> Vec<&'static str> {
    let inside = |path: &str| path.split_once('.').is_some_and(|(first, _)| first == section);
    FIELDS.iter().map(|field| field.path).filter(|path| inside(path)).collect()
}

/// A value in its field's own form, and whether it is a guess.
pub struct Formed {
    pub value: Json,
    pub is_guess: bool,
}

impl Field {
    /// Brings `json` into the field's form.
    pub fn form(&self, json: &Json) -> Result<Formed, Issue> {
        let formed = match self.shape {
            Shape::Text => self.text(json).map(Json::String)?,
            Shape::Texts(commas) => self.texts(json, commas)?,
            Shape::Length => return self.length(json),
            Shape::Whole(least, most) => match json.as_u64() {
                Some(number) if (u64::from(least)..=u64::from(most)).contains(&number) => {
                    json.clone()
                }
                _ => {
                    return Err(
                        self.fault(json, &format!("is a whole number from {least} to {most}"))
                    );
                }
            },
            Shape::Word(_, words) => {
                let text = self.text(json)?;
                if !words.contains(&text.as_str()) {
                    let known = format!("is one of {}", word::list(words));
                    return Err(self.fault(json, &known));
                }
                Json::String(text)
            }
            Shape::Outline => self.outline(json)?,
            Shape::Constraints => {
                let constraints = Constraints::read(json)?;
                serde_json::to_value(constraints).unwrap_or(Json::Null)
            }
        };
        Ok(Formed { value: formed, is_guess: false })
    }

    fn text(&self, json: &Json) -> Result<String, Issue> {
        let text = json.as_str().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| self.fault(json, "is text"))?;
        if let Some(hole) = placeholder(text) {
            return Err(Issue::error(
                "V012",
                format!("the placeholder `{hole}` was never filled in"),
            )
            .at(self.path)
            .fix("replace it with what it stands for, or leave the field out"));
        }
        Ok(text.to_owned())
    }

    fn texts(&self, json: &Json, commas: Commas) -> Result<Json, Issue> {
        let texts: Vec<String> = match json {
            Json::Array(items) => {
                items.iter().map(|item| self.text(item)).collect::<Result<_, _>>()?
            }
            Json::String(_) => {
                let text = self.text(json)?;
                match commas {
                    Commas::Part => text
                        .split(',')
                        .map(|part| part.trim().to_owned())
                        .filter(|part| !part.is_empty())
                        .collect(),
                    Commas::Keep => vec![text],
                }
            }
            _ => return Err(self.fault(json, "is a list of texts")),
        };
        if self.path == "key_messages.supporting_messages" && texts.len() > 5 {
            return Err(self.fault(json, "holds at most five messages"));
        }
        Ok(Json::from(texts))
    }

    fn length(&self, json: &Json) -> Result<Formed, Issue> {
        let read = length::read(json).ok_or_else(|| {
            Issue::error("V001", format!("{json} is not a duration"))
                .at(self.path)
                .fix("write seconds, or a text such as `90s`, `2 min`, `1:30`")
        })?;
        let value = serde_json::to_value(read.seconds).unwrap_or(Json::Null);
        Ok(Formed { value, is_guess: read.is_guess })
    }

    fn outline(&self, json: &Json) -> Result<Json, Issue> {
        let sections: Result<Vec<super::Section>, _> = serde_json::from_value(json.clone());
        match sections {
            Ok(sections) if sections.iter().all(|section| section.start < section.end) => {
                Ok(json.clone())
            }
            _ => {
                Err(self
                    .fault(json, "is a list of `{ name, start, end }` with `start` before `end`"))
            }
        }
    }

    fn fault(&self, json: &Json, rule: &str) -> Issue {
        let name = self.path.rsplit('.').next().unwrap_or(self.path);
        Issue::error("V005", format!("{json} does not fit: `{name}` {rule}")).at(self.path)
    }
}

/// A bracketed placeholder such as `[key problem]`; pronunciation hints have a slash or a hyphen.
pub(crate) fn placeholder(text: &str) -> Option<&str> {
    let start = text.find(['[', '{', '<'])?;
    let close = match text.as_bytes()[start] {
        b'[' => ']',
        b'{' => '}',
        _ => '>',
    };
    let end = start + text[start..].find(close)?;
    let inside = &text[start + 1..end];
    let is_hole = inside.chars().next().is_some_and(char::is_alphabetic)
        && inside.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '_');
    if is_hole { Some(&text[start..=end]) } else { placeholder(&text[end + 1..]) }
}

/// Provenance as it stands in a document.
pub(super) fn origins(json: &Json) -> Vec<(String, Provenance)> {
    let Some(origins) = json.as_object() else {
        return Vec::new();
    };
    let read = |origin: &Json| origin.as_str().and_then(|word| word.parse().ok());
    origins.iter().filter_map(|(path, origin)| Some((path.clone(), read(origin)?))).collect()
}
