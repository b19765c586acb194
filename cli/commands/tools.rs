//! `flow tools`: which tools are planned with, what they cost, and how that came to be.

use std::path::Path;

use flow_nodes::tool_stack::{Database, Pattern, Published, Snapshot};
use flow_nodes::vrd::dollars::Dollars;
use flow_nodes::vrd::tools::change::Change;
use flow_nodes::vrd::tools::find::{Filter, find};
use flow_nodes::vrd::tools::{Tool, ToolStack, csv};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::args::{Asked, Global, Table, ToolsVerb};
use crate::exit::{Exit, Problem};
use crate::render::{self, BOLD, DIM};
use crate::setup;

pub(crate) fn tools(verb: &ToolsVerb, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    match verb {
        ToolsVerb::List { asked, version, as_of } => {
            let stack = stack(&project, version.as_deref(), as_of.as_deref())?;
            list(&stack, asked, global)?;
        }
        ToolsVerb::Show { tool } => show(&project, tool, global)?,
        ToolsVerb::Import { file, version } => {
            import(&project, file, version.as_deref(), global)?;
        }
        ToolsVerb::Export { format, version } => {
            let stack = stack(&project, version.as_deref(), None)?;
            match format {
                Table::Csv => render::print(&csv::write(&stack.tools))?,
                Table::Json => render::print_json(&stack)?,
            }
        }
        ToolsVerb::History { tool } => history(&project, tool.as_deref(), global)?,
    }
    Ok(Exit::Succeeded)
}

/// The stack that is asked for: of a version, of a day, or the current one.
fn stack(
    project: &setup::Project,
    version: Option<&str>,
    as_of: Option<&str>,
) -> Result<ToolStack, Problem> {
    let unknown = |message: String| {
        Problem::refused(message).help("`flow tools history` lists the versions that there are")
    };
    let Some(day) = as_of else {
        return setup::stacks(project).stack(version).map_err(unknown);
    };
    let mut database = open(project)?;
    let snapshot = database.as_of(day).map_err(Problem::failed)?;
    let snapshot = snapshot.ok_or_else(|| unknown(format!("no version was published by {day}")))?;
    let stack = database.stack(Some(&snapshot.version)).map_err(Problem::failed)?;
    stack.ok_or_else(|| unknown(format!("there is no version `{}`", snapshot.version)))
}

fn open(project: &setup::Project) -> Result<Database, Problem> {
    Database::open(&setup::tools_location(project)).map_err(|error| {
        Problem::failed(error).help("FLOW_TOOLS names the database: a file, or postgres://…; unset it for the project's own")
    })
}

fn list(stack: &ToolStack, asked: &Asked, global: &Global) -> Result<(), Problem> {
    let found = find(stack, &filter(asked)?);
    if global.json {
        let version = &stack.tool_stack_version;
        return render::print_json(&json!({ "tool_stack_version": version, "tools": found }));
    }
    let rows = found.iter().map(|tool| {
        let price = tool.pricing.cost.map(|cost| price(tool, cost)).unwrap_or_default();
        let as_of = tool.pricing.as_of.clone().unwrap_or_default();
        let bound = tool.binding.as_ref().map(|binding| binding.provider.clone());
        vec![
            tool.tool_id.clone(),
            tool.category.word().replace('_', " "),
            tool.status.to_string(),
            price,
            as_of,
            bound.unwrap_or_else(|| "rehearsal only".into()),
            tool.best_for.join(", "),
        ]
    });
    let headings = ["tool", "makes", "status", "price", "as of", "provider", "best for"];
    render::print(&render::table::table(&headings, rows))?;
    let (count, version) = (found.len(), &stack.tool_stack_version);
    render::say(&format!(
        "{DIM}{count} of {} tools, version {version}{DIM:#}\n",
        stack.tools.len()
    ));
    Ok(())
}

fn price(tool: &Tool, cost: Dollars) -> String {
    let unit = tool.pricing.unit.map(|unit| unit.word().replace('_', " ")).unwrap_or_default();
    if cost == Dollars::ZERO { "free".into() } else { format!("{cost} a {unit}") }
}

fn filter(asked: &Asked) -> Result<Filter, Problem> {
    fn word<T: std::str::FromStr>(text: Option<&String>) -> Result<Option<T>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        text.map(|text| text.parse().map_err(Problem::refused)).transpose()
    }
    let max_price = asked.max_price.as_ref().map(|text| {
        let number = text.trim_end_matches("USD").trim().parse::<serde_json::Number>().ok();
        number.as_ref().and_then(Dollars::read).ok_or_else(|| {
            Problem::refused(format!("`{text}` is no amount")).help("write --max-price 0.10")
        })
    });
    Ok(Filter {
        category: word(asked.category.as_ref())?,
        status: word(asked.status.as_ref())?,
        shot_type: word(asked.shot_type.as_ref())?,
        complexity: word(asked.complexity.as_ref())?,
        capabilities: asked.with.clone(),
        max_price: max_price.transpose()?,
        text: asked.text.clone(),
    })
}

fn show(project: &setup::Project, name: &str, global: &Global) -> Result<(), Problem> {
    let stack = stack(project, None, None)?;
    let Some(tool) = stack.get(name) else {
        let names = stack.tools.iter().map(|tool| tool.tool_id.as_str());
        let problem = Problem::refused(format!("no tool is called `{name}`"));
        return Err(match flow_engine::diagnostic::nearest(name, names) {
            Some(near) => {
                problem.help(format!("did you mean `{near}`? `flow tools list` lists them all"))
            }
            None => problem.help("`flow tools list` lists them all"),
        });
    };
    let replacement = (!tool.is_plannable()).then(|| stack.replacement(tool)).flatten();
    if global.json {
        let replacement = replacement.map(|tool| tool.tool_id.clone());
        return render::print_json(&json!({ "tool": tool, "replacement": replacement }));
    }
    let mut text =
        format!("{BOLD}{}{BOLD:#}  {DIM}{}, {}{DIM:#}\n\n", tool.name, tool.tool_id, tool.vendor);
    let tree = serde_json::to_value(tool).unwrap_or(Json::Null);
    let mut rows = Vec::new();
    for (field, value) in tree.as_object().into_iter().flatten() {
        match value {
            Json::Object(parts) => rows.extend(
                parts.iter().map(|(part, value)| vec![format!("{field}.{part}"), plain(value)]),
            ),
            value => rows.push(vec![field.clone(), plain(value)]),
        }
    }
    text.push_str(&render::table::table(&["", ""], rows));
    if let Some(replacement) = replacement {
        text.push_str(&format!(
            "\nIt is {}: plan with `{}` instead.\n",
            tool.status, replacement.tool_id
        ));
    }
    render::print(&text)
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn import(
    project: &setup::Project,
    file: &Path,
    version: Option<&str>,
    global: &Global,
) -> Result<(), Problem> {
    let (tools, named) = read(file)?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let mut database = open(project)?;
    if database.current().map_err(Problem::failed)?.is_none() {
        // So that plans made before the first import can be made again.
        database.publish(&ToolStack::shipped(), &now).map_err(Problem::failed)?;
        for pattern in Pattern::shipped(&now) {
            database.keep_pattern(&pattern).map_err(Problem::failed)?;
        }
    }
    let version = version.map(str::to_owned).or(named).unwrap_or_else(|| now[..10].to_owned());
    let stack = ToolStack { tool_stack_version: version, tools };
    let published = database.publish(&stack, &now).map_err(|error| {
        Problem::refused(error).help("mend the file, or name another version by --as")
    })?;
    if global.json {
        return render::print_json(&published);
    }
    let Published { snapshot: Snapshot { version, tools, .. }, is_new, changes } = &published;
    let verb = if *is_new { "published" } else { "already there" };
    render::print(&format!(
        "{verb}: version {version} with {tools} tools, {} changes\n",
        changes.len()
    ))?;
    if changes.is_empty() { Ok(()) } else { print_changes(changes) }
}

/// The tools of a file, and the version that it names.
fn read(file: &Path) -> Result<(Vec<Tool>, Option<String>), Problem> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::refused(format!("cannot read `{shown}`: {error}")))?;
    let wrong = |what: String| {
        Problem::refused(format!("`{shown}` holds no tools that can be read: {what}"))
            .help("`flow tools export --format csv` and `--format json` show what is read")
    };
    if text.trim_start().starts_with(['{', '[']) {
        let tree: Json = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let version = tree.get("tool_stack_version").and_then(Json::as_str).map(str::to_owned);
        let list = tree.get("tools").unwrap_or(&tree).clone();
        let tools = serde_json::from_value(list).map_err(|error| wrong(error.to_string()))?;
        return Ok((tools, version));
    }
    let tools = csv::read(&text).map_err(|faults| wrong(format!("\n  {}", faults.join("\n  "))))?;
    Ok((tools, None))
}

#[derive(Serialize)]
struct History {
    versions: Vec<Snapshot>,
    changes: Vec<Change>,
}

fn history(project: &setup::Project, tool: Option<&str>, global: &Global) -> Result<(), Problem> {
    let mut history = History { versions: Vec::new(), changes: Vec::new() };
    if setup::has_tools_database(project) {
        let mut database = open(project)?;
        history.versions = database.history().map_err(Problem::failed)?;
        history.changes = database.changes(tool).map_err(Problem::failed)?;
    }
    if global.json {
        return render::print_json(&history);
    }
    if history.versions.is_empty() {
        let version = ToolStack::shipped().tool_stack_version;
        return render::print(&format!(
            "{version}, the version that ships; nothing was imported\n"
        ));
    }
    if tool.is_none() {
        let rows = history.versions.iter().map(|snapshot| {
            vec![
                snapshot.version.clone(),
                snapshot.published_at.clone(),
                snapshot.tools.to_string(),
            ]
        });
        render::print(&format!(
            "{}\n",
            render::table::table(&["version", "published", "tools"], rows)
        ))?;
    }
    print_changes(&history.changes)
}

fn print_changes(changes: &[Change]) -> Result<(), Problem> {
    let short = |value: &Json| {
        let text = plain(value);
        if text.chars().count() > 60 {
            format!("{}…", text.chars().take(60).collect::<String>())
        } else {
            text
        }
    };
    let rows = changes.iter().map(|change| {
        vec![
            change.detected_at.get(..10).unwrap_or_default().to_owned(),
            change.tool_id.clone().unwrap_or_default(),
            change.kind.word().replace('_', " "),
            short(&change.before),
            short(&change.after),
        ]
    });
    render::print(&render::table::table(&["noticed", "tool", "change", "before", "after"], rows))
}
