//! `flow answer [RUN [NODE]]`: a person's word on what a run waits for.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use flow_engine::host::artifacts::Folder;
use flow_engine::host::history::{self, History};
use flow_engine::host::store::Store;
use flow_engine::host::{State, StateError};
use flow_engine::name::RunId;
use flow_engine::run::event::{About, Answer, Question, Signal, Value};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::args::{Global, Word};
use crate::exit::{Exit, Problem};
use crate::render::outline::outline;
use crate::render::{self, BOLD};
use crate::{deliver, outputs, runs, setup};

/// What programs read of the questions of a run.
#[derive(Serialize)]
struct Document<'a> {
    run: &'a str,
    questions: Vec<Asked>,
}

#[derive(Serialize)]
struct Asked {
    node: String,
    ask: String,
    show: Json,
    /// The answer is one of these; null where anything that fits may be said.
    choices: Json,
    schema: Json,
    /// The most that can be spent after it.
    up_to: Option<String>,
    /// When it is answered by itself.
    until: Option<String>,
}

pub(crate) fn answer(
    run: Option<&str>,
    node: Option<&str>,
    word: &Word,
    global: &Global,
) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let store = runs::look(&project.state)?;
    let history = History::of(&store, runs::find(&store, run)?)?;
    let asking = Asking { store: &store, state: &project.state, run: history.row.run.as_str() };
    let questions: Vec<(String, &Question)> = history.state.questions(&history.plan).collect();
    let run = history.row.run.clone();
    if questions.is_empty() {
        return Err(Problem::refused(format!("the run {run} waits for no answer")));
    }
    if word.value.is_none() && !word.no && !is_here(global) {
        return list(&asking, &questions, global);
    }
    let (path, question) = which(&questions, node)?;
    let said = match (&word.value, word.no) {
        (_, true) => json!(false),
        (Some(text), false) => understood(&store, question, text)?,
        (None, false) => understood(&store, question, &asked(&asking, path, question)?)?,
    };
    deliver::deliver(&run, signal(path, &said, word.comment.as_deref()), global)
}

fn signal(path: &str, said: &Json, comment: Option<&str>) -> Signal {
    let answer = Answer {
        answer: said.to_string().into(),
        comment: comment.map(Into::into),
        by: deliver::person().into(),
    };
    Signal::Answer { node: path.into(), answer }
}

/// Whether somebody is there who can be asked.
pub(crate) fn is_here(global: &Global) -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !global.json
}

/// Asks the first question of `run` at the terminal; none, if nothing is said: it can be answered later.
pub(crate) fn in_place(state: &State, run: &RunId) -> Result<Option<Signal>, Problem> {
    let store = state.store();
    let asking = Asking { store, state: state.folder(), run: run.as_str() };
    let history = History::of(store, store.run(run)?)?;
    let Some((path, question)) = history.state.questions(&history.plan).next() else {
        return Ok(None);
    };
    loop {
        let Ok(text) = asked(&asking, &path, question) else { return Ok(None) };
        match understood(store, question, &text) {
            Ok(said) => return Ok(Some(signal(&path, &said, None))),
            Err(problem) => render::problem(&problem),
        }
    }
}

/// The question that is meant: the one at `node`, or the only one.
fn which<'a>(
    questions: &'a [(String, &'a Question)],
    node: Option<&str>,
) -> Result<(&'a String, &'a Question), Problem> {
    let names = || questions.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join("`, `");
    match (node, questions) {
        (None, [(path, question)]) => Ok((path, question)),
        (None, _) => Err(Problem::refused(format!("several nodes wait: `{}`", names()))
            .help("say which: flow answer RUN NODE")),
        (Some(node), _) => {
            let found = questions.iter().find(|(path, _)| path == node);
            found.map(|(path, question)| (path, *question)).ok_or_else(|| {
                Problem::refused(format!("`{node}` waits for no answer"))
                    .help(format!("these do: `{}`", names()))
            })
        }
    }
}

/// What a text means as an answer to `question`.
fn understood(store: &Store, question: &Question, text: &str) -> Result<Json, Problem> {
    let text = text.trim();
    if matches!(question.about, About::Budget(_)) {
        return Ok(json!(text));
    }
    let choices = json_of(store, &question.choices)?;
    if let Some(choices) = choices.as_array() {
        let word =
            |choice: &Json| choice.as_str().map_or_else(|| choice.to_string(), str::to_owned);
        let numbered = text.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let found = choices.iter().find(|choice| word(choice) == text);
        return found.or_else(|| choices.get(numbered?)).cloned().ok_or_else(|| {
            Problem::refused(format!("`{text}` is none of the choices")).help(listed(choices))
        });
    }
    Ok(match text {
        "yes" | "y" => json!(true),
        "no" | "n" => json!(false),
        other => serde_json::from_str(other).unwrap_or_else(|_| json!(other)),
    })
}

/// Where questions and what they show are kept.
struct Asking<'a> {
    store: &'a Store,
    state: &'a Path,
    run: &'a str,
}

/// Puts the question at the terminal, and reads a line.
fn asked(asking: &Asking, path: &str, question: &Question) -> Result<String, Problem> {
    render::say(&words(asking, path, question)?);
    render::say("> ");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read {
        Ok(1..) if !line.trim().is_empty() => Ok(line),
        _ => Err(Problem::refused("nothing was said; the run waits on")),
    }
}

fn list(
    asking: &Asking,
    questions: &[(String, &Question)],
    global: &Global,
) -> Result<Exit, Problem> {
    if global.json {
        let asked = questions.iter().map(|(path, question)| {
            Ok(Asked {
                node: path.clone(),
                ask: question.ask.to_string(),
                show: shown(asking, path, question)?,
                choices: json_of(asking.store, &question.choices)?,
                schema: json_of(asking.store, &question.schema)?,
                up_to: question.up_to.map(|amount| amount.to_string()),
                until: question.until.map(|moment| moment.to_string()),
            })
        });
        let questions = asked.collect::<Result<_, Problem>>()?;
        render::print_json(&Document { run: asking.run, questions })?;
        return Ok(Exit::Waiting);
    }
    for (path, question) in questions {
        render::print(&words(asking, path, question)?)?;
    }
    for (path, question) in questions {
        // One question needs no name.
        let node = if questions.len() > 1 { format!(" '{path}'") } else { String::new() };
        let value = example(asking.store, question)?;
        render::hint(&format!("answer with: flow answer {}{node} --value {value}", asking.run));
    }
    Ok(Exit::Waiting)
}

fn words(asking: &Asking, path: &str, question: &Question) -> Result<String, Problem> {
    let mut text = format!("{BOLD}{path}{BOLD:#}: {}\n", question.ask);
    let show = shown(asking, path, question)?;
    if !show.is_null() {
        text.push_str(&outline(&show));
    }
    if let Some(choices) = json_of(asking.store, &question.choices)?.as_array() {
        text.push_str(&format!("{}\n", listed(choices)));
    }
    if let Some(fields) = json_of(asking.store, &question.schema)?["properties"].as_object() {
        let names = fields.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("the answer is a JSON object of {names}\n"));
    }
    if let Some(amount) = question.up_to {
        text.push_str(&format!("after it at most {amount} can be spent\n"));
    }
    if let Some(moment) = question.until {
        text.push_str(&format!("without an answer it is decided at {moment}\n"));
    }
    Ok(text)
}

/// What is to be looked at before the answer. Files get names that other programs open, in the run's work folder, which is
/// gone when the run goes on.
fn shown(asking: &Asking, path: &str, question: &Question) -> Result<Json, Problem> {
    let show = json_of(asking.store, &question.show)?;
    let is_file = outputs::is_artifact(&show)
        || show.as_array().is_some_and(|items| items.iter().any(outputs::is_artifact));
    if !is_file {
        return Ok(show);
    }
    let name = path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let folder = asking.state.join("work").join(asking.run);
    let artifacts = Folder::open(&asking.state.join("artifacts")).map_err(StateError::from)?;
    let mut named = Map::from_iter([(name.clone(), show)]);
    outputs::write(&mut named, &folder, &|digest| artifacts.path(digest))?;
    Ok(named.remove(&name).unwrap_or_default())
}

/// An answer to `question` as it would be typed.
fn example(store: &Store, question: &Question) -> Result<String, Problem> {
    if matches!(question.about, About::Budget(_)) {
        return Ok("'20 USD'".into());
    }
    let schema = json_of(store, &question.schema)?;
    if let Some(name) = schema["properties"].as_object().and_then(|fields| fields.keys().next()) {
        return Ok(format!("'{{\"{name}\": …}}'"));
    }
    let choices = json_of(store, &question.choices)?;
    Ok(match choices.as_array().and_then(|choices| choices.first()) {
        Some(Json::String(word)) if word.chars().all(char::is_alphanumeric) => word.clone(),
        Some(_) => "1".into(),
        None => "yes".into(),
    })
}

fn listed(choices: &[Json]) -> String {
    let lines = choices.iter().enumerate().map(|(at, choice)| match choice.as_str() {
        Some(text) => format!("  {}  {text}", at + 1),
        None => format!("  {}  {choice}", at + 1),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn json_of(store: &Store, value: &Value) -> Result<Json, Problem> {
    Ok(history::json(store, value)?)
}
