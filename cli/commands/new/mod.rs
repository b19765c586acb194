//! `flow new [NAME]`: a pipeline to start from, out of a template or a production plan.

mod plan;

use std::path::Path;

use flow_engine::diagnostic::nearest;
use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render;

/// A pipeline that users copy.
struct Template {
    name: &'static str,
    text: &'static str,
}

static TEMPLATES: [Template; 4] = [
    Template { name: "hello", text: include_str!("../../../templates/pipelines/hello.yaml") },
    Template { name: "batch", text: include_str!("../../../templates/pipelines/batch.yaml") },
    Template {
        name: "narration",
        text: include_str!("../../../templates/pipelines/narration.yaml"),
    },
    Template {
        name: "slideshow",
        text: include_str!("../../../templates/pipelines/slideshow.yaml"),
    },
];

const FOLDER: &str = "pipelines";

/// What programs read of the templates.
#[derive(Serialize)]
struct Document {
    templates: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    what: &'static str,
}

pub(crate) fn new(
    name: Option<&str>,
    template: Option<&str>,
    plan: Option<&Path>,
    global: &Global,
) -> Result<Exit, Problem> {
    if let Some(plan) = plan {
        return plan::from_plan(plan);
    }
    if name.is_none() && template.is_none() {
        return list(global);
    }
    let template = find(template.unwrap_or("hello"))?;
    let name = name.unwrap_or(template.name);
    check(name)?;
    let path = Path::new(FOLDER).join(format!("{name}.yaml"));
    if path.exists() {
        return Err(Problem::refused(format!("`{}` is there already", path.display()))
            .help("choose another name: flow new NAME"));
    }
    let own = |text: &str| {
        text.replace(&format!("\nname: {}\n", template.name), &format!("\nname: {name}\n"))
    };
    let text = own(template.text)
        .replace(&format!("{FOLDER}/{}.yaml", template.name), &format!("{FOLDER}/{name}.yaml"));
    std::fs::create_dir_all(FOLDER).and_then(|()| std::fs::write(&path, text)).map_err(
        |error| {
            Problem::failed(format!("cannot write `{}`: {error}", path.display()))
                .help("go to a folder that is writable")
        },
    )?;
    render::print(&format!("{}\n", path.display()))?;
    render::hint(&format!("run it: flow run {}", path.display()));
    Ok(Exit::Succeeded)
}

fn list(global: &Global) -> Result<Exit, Problem> {
    let entries: Vec<Entry> = TEMPLATES
        .iter()
        .map(|template| Entry { name: template.name, what: template.what() })
        .collect();
    if global.json {
        render::print_json(&Document { templates: entries })?;
        return Ok(Exit::Succeeded);
    }
    let rows = entries.iter().map(|entry| vec![entry.name.into(), entry.what.into()]);
    render::print(&render::table::table(&["template", "what it is"], rows))?;
    render::hint("take one: flow new NAME --template TEMPLATE");
    Ok(Exit::Succeeded)
}

impl Template {
    /// The first line of its text.
    fn what(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }
}

fn find(name: &str) -> Result<&'static Template, Problem> {
    TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| {
        let problem = Problem::refused(format!("no template is called `{name}`"));
        match nearest(name, TEMPLATES.iter().map(|template| template.name)) {
            Some(near) => problem.help(format!("did you mean `{near}`? `flow new` lists them all")),
            None => problem.help("`flow new` lists them all"),
        }
    })
}

fn check(name: &str) -> Result<(), Problem> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    Err(Problem::refused(format!("`{name}` is no name for a pipeline"))
        .help("use a-z, 0-9, - and _: it is the name of a file, too"))
}
