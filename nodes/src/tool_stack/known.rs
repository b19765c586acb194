//! What is known of tools besides their prices: measurements, techniques, combinations that work?

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::Error;
use super::database::{Database, fields};
use super::sql::Form;
use super::table::{BENCHMARKS, TECHNIQUES, Table, WORKFLOWS};

/// A measurement of a tool with one prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    pub benchmark_id: String,
    pub tool_id: String,
    pub test_prompt: String,
    pub latency_seconds: f64,
    /// 0 to 10.
    pub quality_score: f64,
    pub cost_per_second: f64,
    /// 0 to 1.
    pub success_rate: f64,
    pub tested_at: String,
}

/// A way of making things that papers describe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technique {
    pub technique_id: String,
    pub name: String,
    pub description: String,
    pub source_url: Option<String>,
    pub papers: Json,
    pub related_tools: Vec<String>,
    /// `emerging`, `reproduced`, `adopted`, `obsolete`.
    pub status: String,
    pub discovered_at: String,
    pub updated_at: String,
}

/// A combination of roles that works; it names no tool, for tools die.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    pub workflow_id: String,
    pub name: String,
    pub description: String,
    /// Each with the shots it is for, its category and what is wanted of the tool.
    pub steps: Json,
    pub use_cases: Vec<String>,
    pub avg_quality_score: Option<f64>,
    pub avg_cost_usd: Option<f64>,
    pub avg_time_seconds: Option<f64>,
    pub created_at: String,
    pub updated_at: String,
}

impl Database {
    /// Keeps a measurement; it replaces an older one of the same id.
    pub fn keep_benchmark(&mut self, benchmark: &Benchmark) -> Result<(), Error> {
        self.keep(&BENCHMARKS, benchmark, &[])
    }

    /// The measurements of a tool, the newest first.
    pub fn benchmarks(&mut self, tool_id: &str) -> Result<Vec<Benchmark>, Error> {
        let put = self.sql.dialect().put(Form::Text, 1);
        let rest = format!("WHERE tool_id = {put} ORDER BY tested_at DESC, benchmark_id");
        self.read(&BENCHMARKS, &rest, &[Some(tool_id.to_owned())])
    }

    pub fn keep_technique(&mut self, technique: &Technique) -> Result<(), Error> {
        self.keep(&TECHNIQUES, technique, &["discovered_at"])
    }

    /// The techniques of a status, by name.
    pub fn techniques(&mut self, status: &str) -> Result<Vec<Technique>, Error> {
        let put = self.sql.dialect().put(Form::Text, 1);
        let rest = format!("WHERE status = {put} ORDER BY name");
        self.read(&TECHNIQUES, &rest, &[Some(status.to_owned())])
    }

    pub fn keep_pattern(&mut self, pattern: &Pattern) -> Result<(), Error> {
        self.keep(&WORKFLOWS, pattern, &["created_at"])
    }

    /// Every combination, by name.
    pub fn patterns(&mut self) -> Result<Vec<Pattern>, Error> {
        self.read(&WORKFLOWS, "ORDER BY name", &[])
    }

    fn keep(&mut self, table: &Table, value: &impl Serialize, kept: &[&str]) -> Result<(), Error> {
        let tree = serde_json::to_value(value).map_err(|error| Error::Failed {
            doing: "write JSON".into(),
            reason: error.to_string(),
        })?;
        let values: Vec<Option<String>> = table
            .columns
            .iter()
            .map(|column| match tree.get(column.name) {
                None | Some(Json::Null) => None,
                Some(Json::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            })
            .collect();
        let statement = table.upsert(self.sql.dialect(), kept);
        self.sql.execute(&statement, &values)
    }

    fn read<T: DeserializeOwned>(
        &mut self,
        table: &Table,
        rest: &str,
        values: &[Option<String>],
    ) -> Result<Vec<T>, Error> {
        let rows = self.sql.rows(&table.select(self.sql.dialect(), rest), values)?;
        let one = |row| {
            serde_json::from_value(Json::Object(fields(table, row)?))
                .map_err(|error| Error::Unreadable { place: table.name, reason: error.to_string() })
        };
        rows.into_iter().map(one).collect()
    }
}

impl Pattern {
    /// The combinations that ship.
    pub fn shipped(now: &str) -> Vec<Self> {
        let pattern =
            |id: &str, name: &str, description: &str, steps: Json, use_cases: &[&str]| Self {
                workflow_id: id.into(),
                name: name.into(),
                description: description.into(),
                steps,
                use_cases: use_cases.iter().map(ToString::to_string).collect(),
                avg_quality_score: None,
                avg_cost_usd: None,
                avg_time_seconds: None,
                created_at: now.into(),
                updated_at: now.into(),
            };
        let role = |shots: &str, category: &str, wanted: &str| json!({ "shots": shots, "category": category, "prefer": wanted });
        vec![
            pattern(
                "professional",
                "Professional",
                "Each shot by the tool that is strongest for it.",
                json!([
                    role("wide", "text_to_video", "physics"),
                    role("closeup", "image_to_video", "faces"),
                    role("effects", "video_to_video", "same_vendor"),
                ]),
                &["brand films", "testimonials"],
            ),
            pattern(
                "budget",
                "Budget",
                "Stills that are drawn here, animated by a tool of the budget tier.",
                json!([
                    role("all", "text_to_image", "self_hosted"),
                    role("all", "image_to_video", "fast_or_budget"),
                ]),
                &["drafts", "social posts"],
            ),
            pattern(
                "speed",
                "Speed",
                "One fast tool for everything, so that all shots look alike.",
                json!([role("all", "text_to_video", "fast_or_budget")]),
                &["same-day clips", "animatics"],
            ),
        ]
    }
}
