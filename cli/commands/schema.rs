//! `flow schema [covers]`: the JSON Schema of pipeline files, and whether one schema covers another.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use flow_engine::plan;
use flow_engine::schema::{Verdict, covers_written};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::args::{Covers, Global};
use crate::exit::{Exit, Problem};
use crate::render::{self, BAD, BOLD, GOOD, WARN};
use crate::setup;

/// What programs read of a comparison.
#[derive(Serialize)]
struct Answer {
    verdict: &'static str,
    /// The schema of exactly the values that the first has and the second refuses.
    difference: Option<Json>,
    example: Option<Json>,
    why: Option<String>,
}

/// A line of a batch.
#[derive(Deserialize)]
struct Question {
    id: Json,
    output: Json,
    input: Json,
}

#[derive(Serialize)]
struct Line {
    id: Json,
    verdict: &'static str,
    example: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Schemas may refer to themselves far down.
const STACK: usize = 256 << 20;

/// Writes the schema of pipeline files.
pub(crate) fn schema() -> Result<Exit, Problem> {
    render::print_json(&plan::file_schema(&setup::registry().catalog()))?;
    Ok(Exit::Succeeded)
}

/// Tells whether every value of the first schema is valid for the second.
pub(crate) fn compare(what: &Covers, global: &Global) -> Result<Exit, Problem> {
    match (&what.output, &what.input) {
        (Some(output), Some(input)) if !what.batch => one(output, input, global),
        _ => on_deep_stack(batch)?,
    }
}

fn one(output: &Path, input: &Path, global: &Global) -> Result<Exit, Problem> {
    let (output, input) = (read(output)?, read(input)?);
    let answer = on_deep_stack(move || answer(&output, &input))?;
    if let Some(fault) = answer.fault() {
        return Err(Problem::refused(fault).help("name two files that hold a JSON Schema each"));
    }
    let exit = if answer.verdict == "yes" { Exit::Succeeded } else { Exit::Failed };
    if global.json {
        render::print_json(&answer)?;
        return Ok(exit);
    }
    let (colour, words) = match answer.verdict {
        "yes" => (GOOD, "every value of the first is valid for the second"),
        "no" => (BAD, "some value of the first is not valid for the second"),
        _ => (WARN, "it could not be decided"),
    };
    let mut text = format!("{colour}{}{colour:#}: {words}\n", answer.verdict);
    let json = |json: &Json| json.to_string();
    let rows = [
        ("why", answer.why.clone()),
        ("difference", answer.difference.as_ref().map(json)),
        ("example", answer.example.as_ref().map(json)),
    ];
    for (title, row) in rows {
        text.push_str(&row.map_or(String::new(), |row| format!("{BOLD}{title}{BOLD:#}: {row}\n")));
    }
    render::print(&text)?;
    Ok(exit)
}

fn read(path: &Path) -> Result<Json, Problem> {
    let refused = |why: String| {
        Problem::refused(format!("cannot read a schema from `{}`: {why}", path.display()))
            .help("name a file that holds a JSON Schema")
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

fn answer(output: &Json, input: &Json) -> Answer {
    match covers_written(input, output) {
        Verdict::Yes => Answer { verdict: "yes", difference: None, example: None, why: None },
        Verdict::No { offending, example } => {
            let difference = Some(offending.as_json().clone());
            Answer { verdict: "no", difference, example: Some(example), why: None }
        }
        Verdict::Unknown { why } => {
            Answer { verdict: "unknown", difference: None, example: None, why: Some(why) }
        }
    }
}

impl Answer {
    /// Why one of the two is no schema, if so.
    fn fault(&self) -> Option<&str> {
        self.why.as_deref().filter(|why| why.starts_with("a schema is faulty"))
    }
}

/// Answers standard input line by line, each at once; a line that is none gets an error, and the next is read.
fn batch() -> Result<Exit, Problem> {
    let mut exit = Exit::Succeeded;
    let mut input = std::io::stdin().lock();
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let read = input.read_until(b'\n', &mut bytes);
        if read.map_err(|error| Problem::failed(format!("cannot read standard input: {error}")))?
            == 0
        {
            return Ok(exit);
        }
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = line(&bytes, number);
        if line.error.is_some() {
            exit = Exit::Failed;
        }
        let mut text = serde_json::to_vec(&line)
            .map_err(|error| Problem::failed(format!("cannot write JSON: {error}")))?;
        text.push(b'\n');
        let mut out = std::io::stdout().lock();
        match out.write_all(&text).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(exit),
            Err(error) => {
                return Err(Problem::failed(format!("cannot write to standard output: {error}")));
            }
            Ok(()) => {}
        }
    }
}

fn line(bytes: &[u8], number: usize) -> Line {
    let wrong =
        |id: Json, error: String| Line { id, verdict: "error", example: None, error: Some(error) };
    let json: Json = match serde_json::from_slice(bytes) {
        Ok(json) => json,
        Err(error) => return wrong(Json::Null, format!("line {number} is not JSON: {error}")),
    };
    let id = json.get("id").cloned().unwrap_or_default();
    let question: Question = match serde_json::from_value(json) {
        Ok(question) => question,
        Err(error) => return wrong(id, format!("line {number}: {error}")),
    };
    // A bug in one comparison is no reason to lose the others.
    let answered = catch_unwind(AssertUnwindSafe(|| answer(&question.output, &question.input)));
    let Ok(answer) = answered else {
        return wrong(question.id, format!("line {number}: a bug in the comparison"));
    };
    if let Some(fault) = answer.fault() {
        return wrong(question.id, format!("line {number}: {fault}"));
    }
    let Answer { verdict, example, .. } = answer;
    Line { id: question.id, verdict, example, error: None }
}

/// What `work` gives, on a thread with room for deep schemas.
fn on_deep_stack<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let failed = || Problem::failed("the comparison ended early");
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.map_err(|_| failed())?.join().map_err(|_| failed())
}
