//! `flow kinds [NAME]`: what nodes can use, and the page of one kind.

use flow_engine::diagnostic::nearest;
use flow_engine::kind::{Card, Catalog, Nature};
use flow_engine::name::KindName;
use flow_engine::schema::Schema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::{self, BOLD, DIM};
use crate::setup;

/// What programs read of a kind.
#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    version: u32,
    docs: &'static str,
    nature: Nature,
    inline: bool,
    capability: Option<&'static str>,
    providers: &'a [String],
    input: &'a Schema,
    output: &'a Schema,
}

#[derive(Serialize)]
struct Pages<'a> {
    kinds: Vec<Page<'a>>,
}

pub(crate) fn kinds(name: Option<&str>, global: &Global) -> Result<Exit, Problem> {
    let catalog = setup::registry().catalog();
    match name {
        Some(name) => one(find(&catalog, name)?, global)?,
        None => all(&catalog, global)?,
    }
    Ok(Exit::Succeeded)
}

/// The kind called `name`, or the name that was likely meant.
pub(crate) fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Card, Problem> {
    catalog.kinds.get(name).ok_or_else(|| {
        let problem = Problem::refused(format!("no kind is called `{name}`"));
        match nearest(name, catalog.kinds.keys().map(KindName::as_str)) {
            Some(near) => {
                problem.help(format!("did you mean `{near}`? `flow kinds` lists them all"))
            }
            None => problem.help("`flow kinds` lists them all"),
        }
    })
}

fn all(catalog: &Catalog, global: &Global) -> Result<(), Problem> {
    if global.json {
        return render::print_json(&Pages { kinds: catalog.kinds.values().map(page).collect() });
    }
    let rows =
        catalog.kinds.values().map(|card| vec![card.name.to_string(), card.summary().into()]);
    render::print(&render::table::table(&["kind", "what it does"], rows))
}

fn one(card: &Card, global: &Global) -> Result<(), Problem> {
    if global.json {
        return render::print_json(&page(card));
    }
    let mut text = format!(
        "{BOLD}{}{BOLD:#}  {DIM}version {}, {}{DIM:#}\n\n{}\n",
        card.name,
        card.version,
        nature(card.nature),
        card.docs.trim_end(),
    );
    if let Some(capability) = card.capability {
        text.push_str(&format!(
            "\n{BOLD}provider{BOLD:#} ({capability}): {}\n",
            card.providers.join(", ")
        ));
    }
    text.push_str(&ports("input", &card.input, "required"));
    text.push_str(&ports("output", &card.output, "always"));
    render::print(&text)
}

/// The ports of an object's schema as a table under `title`; `must` says that a port may not be absent.
fn ports(title: &str, schema: &Schema, must: &str) -> String {
    let root = schema.as_json();
    let Some(properties) = root.get("properties").and_then(Json::as_object) else {
        return format!("\n{BOLD}{title}{BOLD:#}: {}\n", render::schema::words(root, root));
    };
    let required = |name: &str| {
        let names = root.get("required").and_then(Json::as_array);
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let rows = properties.iter().map(|(name, port)| {
        let presence = match port.get("default") {
            _ if required(name) => must.into(),
            Some(default) if !default.is_null() => format!("default {default}"),
            _ => "optional".into(),
        };
        let description = port.get("description").and_then(Json::as_str).unwrap_or_default();
        vec![
            name.clone(),
            render::schema::words(port, root),
            presence,
            description.replace('\n', " "),
        ]
    });
    format!("\n{}", render::table::table(&[title, "type", "", "meaning"], rows))
}

fn page(card: &Card) -> Page<'_> {
    Page {
        name: card.name.as_str(),
        version: card.version,
        docs: card.docs,
        nature: card.nature,
        inline: card.inline,
        capability: card.capability,
        providers: &card.providers,
        input: &card.input,
        output: &card.output,
    }
}

fn nature(nature: Nature) -> &'static str {
    match nature {
        Nature::Pure => "pure: equal inputs, equal outputs",
        Nature::Seeded => "seeded: equal inputs and seed, equal outputs",
        Nature::Drawn => "drawn: paid, and another one each time",
        Nature::Effectful => "effectful: never taken from the cache",
    }
}
