//! How does a document become a narration, without a model?
//!
//! By extraction: its best sentences, in their order, cleaned for the ear and grouped into scenes. Nothing is made up;
//! the only words that are not the document's are a few connectives from a fixed list.

mod choose;
mod ear;
mod gather;
mod phrases;
mod rank;
mod script;
mod sentences;

use flow_engine::kind::{Attempt, Class, Failure, Kind, Nature, Registry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::content::Content;
use crate::document::{Section, language, markdown, plain};

pub(crate) fn register(registry: &mut Registry) {
    registry.add(Narrate);
}

/// `text/narrate`.
pub struct Narrate;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What `document/read` gives. Stands for `sections`, `title` and `language` together.
    pub document: Option<Document>,
    /// Markdown or plain text.
    pub text: Option<String>,
    pub sections: Option<Vec<Section>>,
    pub title: Option<String>,
    /// The language of the text, such as `en`; told from its words if absent.
    pub language: Option<String>,
    /// How long the narration should take. A shorter text gives a shorter one.
    #[serde(default = "minute")]
    #[schemars(range(min = 5, max = 7200))]
    pub seconds: f64,
    /// How many voices share the scenes, turn by turn.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 2))]
    pub hosts: u8,
    /// How every picture should look; put into each scene.
    pub style: Option<String>,
    /// Chooses the connectives.
    #[serde(default)]
    pub seed: u64,
}

/// The parts of a read document that a narration needs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Document {
    #[serde(default)]
    pub title: Option<String>,
    pub sections: Vec<Section>,
    #[serde(default)]
    pub language: Option<String>,
}

fn minute() -> f64 {
    60.0
}

fn one() -> u8 {
    1
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub title: String,
    /// The narration in one or two sentences.
    pub summary: String,
    /// How the narration came about: always `extractive`.
    pub method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How long the scenes are expected to take together.
    pub seconds: f64,
    pub words: usize,
    #[schemars(length(min = 1))]
    pub scenes: Vec<Scene>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Extractive,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Scene {
    /// `s01`, `s02`, …: unique within the narration.
    pub scene_id: String,
    /// From 1.
    pub order: u32,
    #[schemars(length(min = 1))]
    pub title: String,
    /// A short line to stand above the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kicker: Option<String>,
    #[schemars(length(min = 1))]
    pub narration_text: String,
    /// What a picture or clip of the scene could show.
    #[schemars(length(min = 1))]
    pub video_prompt: String,
    /// How long the narration of the scene takes to say, in seconds, with a pause after it.
    #[schemars(range(min = 0.1))]
    pub duration: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_phrase: Option<String>,
    /// The number that stands out, with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// Who speaks, from 1.
    pub host: u8,
}

impl Kind for Narrate {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "text/narrate";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Pure;
    const DOCS: &'static str = "\
Turns a document into titled scenes with narration, without a model.

The document's own best sentences are chosen, kept in order, and cleaned for the ear: addresses, citations, brackets,
code and half sentences go, long sentences are parted. No fact is made up; the only added words are connectives such as
\"One last point.\". The output says so: `method: extractive`.

Give `document: ${{ read }}`, or `text: ${{ read.text }}`, or `sections` (and `title`).

- `seconds`: the length to aim at, at 155 words a minute; a shorter text gives a shorter film.
- `hosts: 2`: scenes take turns; `scene.host` is 1 or 2.
- Each scene has `narration_text` for `speech/synthesize`, `title`, `kicker` and `video_prompt` for `image/generate`,
  and `duration`.

```yaml
script:
  use: text/narrate
  with:
    document: ${{ read }}
    seconds: 60
```
";

    async fn run(&self, _: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let narrating = tokio::task::spawn_blocking(move || narrate(input));
        narrating.await.unwrap_or_else(|error| {
            Err(Failure::new(Class::Internal, format!("the narration ended early: {error}")))
        })
    }
}

/// More sections or paragraphs than a film could use are cut off here.
const MOST_TEXT: usize = 4 << 20;

fn narrate(input: Input) -> Result<Output, Failure> {
    if !(5.0..=7200.0).contains(&input.seconds) || !(1..=2).contains(&input.hosts) {
        return Err(Failure::input("`seconds` is from 5 to 7200, and `hosts` is 1 or 2"));
    }
    let wanted = script::Wanted {
        seconds: input.seconds,
        hosts: input.hosts,
        style: input.style.clone(),
        seed: input.seed,
    };
    let content = content(input)?;
    let spoken = content.to_markdown();
    let language = content.language.clone().or_else(|| language::of(&spoken).map(str::to_owned));
    script::write(&content, language, &wanted).ok_or_else(|| {
        Failure::input("the text has no sentence that could be read aloud")
            .help("code, tables and links are left out; give some prose, a sentence at least")
    })
}

fn content(input: Input) -> Result<Content, Failure> {
    let Input { document, text, sections, title, language, .. } = input;
    let mut content = match (document, sections, text) {
        (Some(Document { title, sections, language }), ..) => Content { title, sections, language },
        (None, Some(sections), _) => Content { sections, ..Content::default() },
        (None, None, Some(text)) if text.len() > MOST_TEXT => {
            return Err(Failure::input("the text is longer than 4 MB")
                .help("cut it into parts, such as chapters, and narrate one of them"));
        }
        (None, None, Some(text)) if markdown::looks_like(&text) => markdown::read(&text),
        (None, None, Some(text)) => plain::read(&text),
        (None, None, None) => {
            return Err(Failure::input("there is nothing to narrate")
                .help("give `document`, `text` or `sections`, such as `document: ${{ read }}`"));
        }
    };
    content.title = title.or(content.title).filter(|title| !title.trim().is_empty());
    content.language = language.or(content.language);
    Ok(content)
}

#[cfg(test)]
mod tests;
