//! Are the pipelines accepted that fix the language, with kinds that stand in for those they use?
//!
//! They are not part of this project: `FLOW_TEST_EXAMPLES` names the folder that holds them.

#![expect(clippy::disallowed_methods, reason = "the pipelines lie outside, where a variable says")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::catalog::{card, catalog, file};
use super::language::{data_of, sorted, toml};
use crate::diagnostic::plain;
use crate::document;
use crate::kind::{Catalog, Nature};
use crate::plan::check_with;
use crate::plan::graph::Plan;
use crate::source::Source;

/// What the kinds take and give, in short: `x?` may be left out, `[x]` is a list, a word a type of its own or of below.
const KINDS: &str = "
types:
  picked: { provider: provider, model: text }
  word: { text: text, start: number, end: number }
  scene:
    scene_id: text
    order: integer
    description: text
    visual: text
    video_prompt: text
    seconds: number
    duration: number
    style?: text
    narration_text?: text
    providers: { image: provider|null }
  chosen:
    scene_id: text
    description: text
    video_prompt: text
    narration_text?: text
    image: picked|null
    video: { provider: provider, model: text, runner_up: { provider: provider, model: text } }
    audio: { provider: voice }
  pilot: { pilot_id: text, tier: text, allocated_budget: money }
  tool: { slug: text, provider: provider }
  qa: { overall_score: number, passed: boolean, suggestions: [text] }
  take: { scene: scene, clip: video, qa: qa }
  test: { pilot: pilot, scenes: [scene], takes: [take], spent: money }
  verdict: { pilot_id: text, score: number }
kinds:
  memory/recall: { in: { namespace: text }, out: { items: [{ id: text, text: text }], sources: [{ url: text, etag?: text }], tools: [tool] } }
  memory/learn: { in: { namespace: text, items?: any, results?: any, verdicts?: any }, out: { changes: [{ slug: text }] } }
  agent/script-writer: { in: { topic?: text, concept?: text, style?: text, tier?: text, target_duration?: integer, knowledge?: any }, out: { scenes: [scene], groups: [{ look: text, scenes: [scene] }] } }
  agent/vrd: { in: { brief: text }, out: { vrd: object, questions: [text], form: object } }
  agent/script-smith: { in: { vrd: object, answers?: object, notes?: text }, out: { narrative: text, script: object } }
  agent/shot-master: { in: { script: object, notes?: text }, out: { shots: [object] } }
  agent/video-solver: { in: { shots: [object], constraints: object }, out: { total_cost: money, plan: object } }
  agent/researcher: { in: { page: text, known: [tool] }, out: { candidates: [tool] } }
  agent/producer: { in: { request: text, duration: integer, budget: money, knowledge: any }, out: { pilots: [pilot] } }
  agent/critic: { in: { request: text, pilot: pilot, takes: [take], spent: money }, out: verdict }
  agent/editor: { in: { pilot: pilot, takes: [take], candidates: integer }, out: { candidates: [{ cut_id: text, shots: [text] }] } }
  agent/qa-verifier: { in: { scene: scene, clip: video, tier: text }, out: qa }
  studio/select-providers: { in: { scenes: [scene], style: text, budget: money }, out: { scenes: [chosen] } }
  studio/allocate: { in: { pilots: [pilot], total: money }, out: { pilots: [pilot] } }
  studio/reallocate: { in: { total: money, tests: [test], verdicts: [verdict] }, out: { approved: [{ pilot_id: text, amount: money, test: test }] } }
  studio/regenerate: { in: { score: number, passed: boolean, cost: money, left: money }, out: { worth_it: boolean } }
  image/generate: { of: image, in: { prompt: text, style?: text }, out: { image: image, cost: money } }
  video/generate: { of: video, in: { prompt: text, image?: image, seconds?: number, hints?: [text], seed?: integer }, out: { video: video, last_frame: image, cost: money } }
  video/upscale: { of: video, in: { videos: [video] }, out: { videos: [video] } }
  speech/synthesize: { of: speech, in: { text: text, voice?: text }, out: { audio: audio, words: [word] } }
  music/generate: { of: music, in: { seconds: number, mood?: text }, out: { audio: audio } }
  media/ken-burns: { in: { image: image, seconds: number }, out: { video: video } }
  media/fit: { in: { video: video, audio?: audio, mode: text }, out: { video: video } }
  media/concat: { in: { clips: [video] }, out: { video: video } }
  media/mix: { in: { video: video, music?: audio, loudness?: number }, out: { video: video } }
  media/captions: { in: { video: video, words: [word] }, out: { video: video } }
  media/check: { in: { video: video, seconds?: number }, out: { video: video } }
  media/render: { in: { cut: { cut_id: text, shots: [text] } }, out: { video: video } }
  document/read: { in: { file: document }, out: { text: text } }
  text/narrate: { in: { text: text, seconds: integer }, out: { scenes: [scene] } }
  http/request: { in: { url: text, method?: text, etag?: text, headers?: secret, body?: any }, out: { body: text } }
";

/// The schema that a short form says.
fn schema(short: &Json, types: &Map<String, Json>) -> Json {
    match short {
        Json::String(word) => match word.split_once('|') {
            Some((one, _)) => {
                json!({ "anyOf": [self::schema(&json!(one.trim()), types), { "type": "null" }] })
            }
            None => word_schema(word, types),
        },
        Json::Array(items) => json!({ "type": "array", "items": schema(&items[0], types) }),
        Json::Object(fields) => {
            let name = |key: &str| key.trim_end_matches('?').to_owned();
            let properties: Map<_, _> =
                fields.iter().map(|(key, value)| (name(key), schema(value, types))).collect();
            let required: Vec<_> =
                fields.keys().filter(|key| !key.ends_with('?')).cloned().collect();
            json!({ "type": "object", "properties": properties, "required": required,
                    "additionalProperties": false })
        }
        _ => json!(true),
    }
}

fn word_schema(word: &str, types: &Map<String, Json>) -> Json {
    match word {
        "text" => json!({ "type": "string" }),
        "money" => json!({ "type": "string", "format": "money" }),
        "number" | "integer" | "boolean" | "object" => json!({ "type": word }),
        "provider" => json!({ "enum": ["local", "luma"] }),
        "voice" => json!({ "enum": ["local", "elevenlabs"] }),
        "image" | "video" | "audio" => file(&format!("{word}/*")),
        "document" => file("text/*"),
        "secret" => json!({ "type": "object", "x-secret": true }),
        "any" => json!(true),
        name => schema(types.get(name).unwrap_or_else(|| panic!("no type `{name}`")), types),
    }
}

/// What stands under `types` and `kinds`.
fn written() -> (Map<String, Json>, Map<String, Json>) {
    let all: Json = serde_yaml::from_str(KINDS).expect("the kinds are written as YAML");
    let part = |key: &str| all[key].as_object().expect("a map").clone();
    (part("types"), part("kinds"))
}

fn stand_ins() -> Catalog {
    let (types, kinds) = written();
    let mut stand_ins = catalog();
    for (name, kind) in &kinds {
        let mut card = card(name, schema(&kind["in"], &types), schema(&kind["out"], &types));
        if let Some(capability) = kind.get("of").and_then(Json::as_str) {
            card.capability = Some(match capability {
                "image" => "image",
                "video" => "video",
                "speech" => "speech",
                _ => "music",
            });
            let provider = if capability == "speech" { "elevenlabs" } else { "luma" };
            card.providers = vec!["local".into(), provider.into()];
            card.nature = Nature::Drawn;
        }
        stand_ins.kinds.insert(card.name.clone(), card);
    }
    stand_ins
}

/// Reads what a pipeline names: the schemas that it takes for granted, else a file of the folder.
fn read(path: &Path) -> Result<Source, String> {
    let (types, _) = written();
    let of = |name: &str| Ok(Source::new(path, schema(&json!(name), &types).to_string()));
    match path.file_name().and_then(|name| name.to_str()) {
        Some("tool.json") => of("tool"),
        Some("scene.json") => of("scene"),
        _ => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Source::new(path, text)),
            Err(error) => Err(error.to_string()),
        },
    }
}

fn accepted(path: &Path, text: &str, stand_ins: &Catalog) -> Plan {
    let source = Arc::new(Source::new(path, text));
    let (document, mut findings) = document::parse(&source);
    let (plan, more) = check_with(
        &document.unwrap_or_else(|| panic!("{}: {}", path.display(), plain(&findings))),
        stand_ins,
        &read,
    );
    findings.extend(more);
    assert_eq!(plain(&findings), "", "{}", path.display());
    plan.expect("a file that nothing is wrong with has a plan")
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
fn the_pipelines_that_fix_the_language_are_accepted_and_say_the_same_in_toml() {
    let Some(folder) = std::env::var_os("FLOW_TEST_EXAMPLES").map(PathBuf::from) else {
        eprintln!("passed over: FLOW_TEST_EXAMPLES names no folder of pipelines");
        return;
    };
    let stand_ins = stand_ins();
    let entries = std::fs::read_dir(&folder).expect("the folder can be read");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    assert!(files.len() >= 9, "{} holds no pipelines", folder.display());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a pipeline can be read");
        let plan = accepted(&file, &text, &stand_ins);
        let toml = toml(&text);
        let same = accepted(&file.with_extension("toml"), &toml, &stand_ins);
        assert_eq!(sorted(&data_of(&same)), sorted(&data_of(&plan)), "{}", file.display());
    }
}
