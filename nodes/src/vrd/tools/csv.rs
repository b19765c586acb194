//! How does a tool stack stand in a table of comma-separated values?
//!
//! One row a tool, lists by `;`. What the columns cannot say (prices by resolution, features) stands in the last one,
//! `more`, as JSON that is laid over the row: so a stack that is written and read again is the same.

use serde_json::{Map, Value as Json, json};

use super::Tool;

/// The columns of the table, as editors of tool lists know them; `more` may be absent.
const COLUMNS: [&str; 35] = [
    "tool_id",
    "name",
    "vendor",
    "category",
    "also",
    "status",
    "quality_tier",
    "inputs",
    "outputs",
    "durations_s",
    "max_resolution",
    "native_audio",
    "cost_usd",
    "cost_unit",
    "cost_basis",
    "price_notes",
    "channel",
    "latency_s_low",
    "latency_s_high",
    "latency_basis",
    "quality_metric",
    "quality_value",
    "best_for",
    "limitations",
    "license",
    "source_url",
    "source_url_2",
    "as_of",
    "as_of_basis",
    "confidence",
    "named_in_plan",
    "bind_provider",
    "bind_model",
    "bind_kind",
    "more",
];

/// Columns that say something about the row and nothing that is planned with.
const REMARKS: [&str; 7] = [
    "cost_basis",
    "price_notes",
    "latency_basis",
    "quality_metric",
    "quality_value",
    "license",
    "named_in_plan",
];

/// `tools` as a table.
pub fn write(tools: &[Tool]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for tool in tools {
        let row: Vec<String> = row(tool).iter().map(|cell| quoted(cell)).collect();
        text.push_str(&row.join(","));
        text.push('\n');
    }
    text
}

/// The tools of a table, or what is wrong with it, by line.
pub fn read(text: &str) -> Result<Vec<Tool>, Vec<String>> {
    let mut rows = rows(text).into_iter();
    let Some((_, heading)) = rows.next() else { return Err(vec!["the table is empty".into()]) };
    let unknown: Vec<String> = heading
        .iter()
        .filter(|name| !COLUMNS.contains(&name.as_str()))
        .map(|name| format!("line 1: no column is called `{name}`"))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let (mut tools, mut faults) = (Vec::new(), Vec::new());
    for (line, cells) in rows {
        if cells.len() != heading.len() {
            faults.push(format!(
                "line {line}: {} cells, and {} columns",
                cells.len(),
                heading.len()
            ));
            continue;
        }
        let row = heading.iter().map(String::as_str).zip(cells.iter().map(String::as_str));
        match tool(&row.collect::<Vec<_>>()) {
            Ok(tool) => tools.push(tool),
            Err(fault) => faults.push(format!("line {line}: {fault}")),
        }
    }
    if faults.is_empty() { Ok(tools) } else { Err(faults) }
}

/// The tool of a row, `more` laid over it.
fn tool(row: &[(&str, &str)]) -> Result<Tool, String> {
    let cell = |name: &str| {
        let found = row.iter().find(|(column, _)| *column == name).map(|(_, cell)| cell.trim());
        found.filter(|cell| !cell.is_empty())
    };
    let mut tree = plain(&cell)?;
    if let Some(more) = cell("more") {
        let more: Json =
            serde_json::from_str(more).map_err(|error| format!("`more` is no JSON: {error}"))?;
        lay(&mut tree, &more);
    }
    serde_json::from_value(tree).map_err(|error| error.to_string())
}

/// What the columns alone say.
fn plain<'a>(cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<Json, String> {
    let list = |name: &str| -> Vec<&str> {
        cell(name).into_iter().flat_map(|cell| cell.split(';')).map(str::trim).collect()
    };
    let number = |name: &str| -> Result<Json, String> {
        let Some(text) = cell(name) else { return Ok(Json::Null) };
        let number: serde_json::Number =
            text.parse().map_err(|_| format!("`{name}` is `{text}`, and no number"))?;
        Ok(Json::Number(number))
    };
    let durations = match cell("durations_s") {
        Some(range) if range.contains('-') => json!(range),
        Some(_) => {
            let numbers = list("durations_s").into_iter().map(str::parse::<serde_json::Number>);
            json!(
                numbers
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|_| "`durations_s` is no list of numbers")?
            )
        }
        None => Json::Null,
    };
    let binding = match (cell("bind_provider"), cell("bind_model"), cell("bind_kind")) {
        (None, None, None) => Json::Null,
        (provider, model, kind) => json!({ "provider": provider, "model": model, "kind": kind }),
    };
    let sources: Vec<&str> = ["source_url", "source_url_2"].into_iter().filter_map(cell).collect();
    let remarks: Map<String, Json> =
        REMARKS.iter().filter_map(|name| Some(((*name).to_owned(), json!(cell(name)?)))).collect();
    let mut tree = json!({
        "tool_id": cell("tool_id"), "name": cell("name"), "vendor": cell("vendor"), "category": cell("category"),
        "also": list("also"), "status": cell("status"), "quality_tier": cell("quality_tier"),
        "capabilities": {
            "inputs": list("inputs"), "outputs": list("outputs"), "durations_s": durations,
            "max_resolution": cell("max_resolution"), "native_audio": cell("native_audio"),
        },
        "quality_metrics": {},
        "pricing": {
            "cost": number("cost_usd")?, "unit": cell("cost_unit"), "channel": cell("channel"), "as_of": cell("as_of"),
            "as_of_basis": cell("as_of_basis"), "confidence": cell("confidence"),
        },
        "performance": { "latency_s_p50": number("latency_s_low")?, "latency_s_p95": number("latency_s_high")? },
        "best_for": list("best_for"), "limitations": list("limitations"), "binding": binding, "sources": sources,
        "remarks": remarks,
    });
    prune(&mut tree);
    Ok(tree)
}

/// The cells of `tool`; the last one says what the others cannot.
fn row(tool: &Tool) -> Vec<String> {
    let whole = serde_json::to_value(tool).unwrap_or(Json::Null);
    let at = |place: &str| match whole.pointer(place) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(items)) => {
            let words = items.iter().map(|item| match item {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            });
            words.collect::<Vec<_>>().join(";")
        }
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let place = |column: &str| match column {
        "cost_usd" => "/pricing/cost".to_owned(),
        "cost_unit" => "/pricing/unit".to_owned(),
        "channel" | "as_of" | "as_of_basis" | "confidence" => format!("/pricing/{column}"),
        "latency_s_low" => "/performance/latency_s_p50".to_owned(),
        "latency_s_high" => "/performance/latency_s_p95".to_owned(),
        "inputs" | "outputs" | "durations_s" | "max_resolution" | "native_audio" => {
            format!("/capabilities/{column}")
        }
        "source_url" => "/sources/0".to_owned(),
        "source_url_2" => "/sources/1".to_owned(),
        "bind_provider" | "bind_model" | "bind_kind" => format!("/binding/{}", &column[5..]),
        remark if REMARKS.contains(&remark) => format!("/remarks/{remark}"),
        other => format!("/{other}"),
    };
    let mut cells: Vec<String> =
        COLUMNS[..COLUMNS.len() - 1].iter().map(|column| at(&place(column))).collect();
    let named: Vec<(&str, &str)> =
        COLUMNS.iter().copied().zip(cells.iter().map(String::as_str)).collect();
    let lookup = |name: &str| {
        named
            .iter()
            .find(|(column, _)| *column == name)
            .map(|(_, cell)| *cell)
            .filter(|cell| !cell.is_empty())
    };
    let said = plain(&lookup).ok().and_then(|tree| serde_json::from_value::<Tool>(tree).ok());
    let said = said.map_or(Json::Null, |tool| serde_json::to_value(tool).unwrap_or(Json::Null));
    let more = difference(&said, &whole);
    cells.push(more.map(|more| more.to_string()).unwrap_or_default());
    cells
}

/// What must be laid over `from` to make `to`; null takes a field away.
fn difference(from: &Json, to: &Json) -> Option<Json> {
    let (Json::Object(old), Json::Object(new)) = (from, to) else {
        return (from != to).then(|| to.clone());
    };
    let mut patch = Map::new();
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Json::Null);
    }
    for (key, value) in new {
        if let Some(part) = difference(old.get(key).unwrap_or(&Json::Null), value) {
            patch.insert(key.clone(), part);
        }
    }
    (!patch.is_empty()).then_some(Json::Object(patch))
}

fn lay(tree: &mut Json, patch: &Json) {
    let Json::Object(fields) = patch else {
        *tree = patch.clone();
        return;
    };
    if !tree.is_object() {
        *tree = json!({});
    }
    let Some(object) = tree.as_object_mut() else { return };
    for (key, value) in fields {
        if value.is_null() {
            object.shift_remove(key);
        } else {
            lay(object.entry(key.clone()).or_insert(Json::Null), value);
        }
    }
}

/// Takes nulls out: an absent cell is an absent field.
fn prune(tree: &mut Json) {
    if let Json::Object(fields) = tree {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(prune);
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The rows of a table with the lines that they begin on; a cell in quotes may hold commas, quotes and lines.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let text = text.trim_start_matches('\u{feff}');
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut is_quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {}
            '\n' => {
                line += 1;
                if is_quoted {
                    cell.push('\n');
                    continue;
                }
                row.push(std::mem::take(&mut cell));
                rows.push((began, std::mem::take(&mut row)));
                began = line;
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push((began, row));
    }
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::ToolStack;
    use super::*;

    #[test]
    fn a_stack_that_is_written_and_read_again_is_the_same() {
        let stack = ToolStack::shipped();
        let text = write(&stack.tools);
        assert_eq!(read(&text).unwrap(), stack.tools);
        assert_eq!(write(&read(&text).unwrap()), text);
        assert_eq!(text.lines().count(), 80);
    }

    #[test]
    fn a_plain_table_of_an_editor_is_read() {
        let text = "tool_id,name,vendor,category,also,status,durations_s,cost_usd,cost_unit,best_for,price_notes\n\
                    a-1,A 1,Acme,text_to_video,image_to_video;lip_sync,active,4;6;8,0.4,second,\"wide shots;a, b\",\"0.2 \"\"silent\"\"\"\n\
                    b-1,B 1,Acme,music,,retired,2-10,,,,\n";
        let tools = read(text).unwrap();
        assert_eq!((tools[0].best_for[1].as_str(), tools[0].also.len()), ("a, b", 2));
        assert_eq!(tools[0].remarks["price_notes"], "0.2 \"silent\"");
        assert_eq!((tools[1].pricing.cost, tools[1].binding.as_ref()), (None, None));
        let again = write(&tools);
        assert_eq!(read(&again).unwrap(), tools);
    }

    #[test]
    fn what_is_wrong_with_a_table_is_told_by_its_line() {
        assert_eq!(
            read("tool_id,colour\n"),
            Err(vec!["line 1: no column is called `colour`".into()])
        );
        let text = "tool_id,name,vendor,category,status,cost_usd\na,A,V,magic,active,1\nb,B,V,music,active\nc,C,V,music,active,dear\n";
        let faults = read(text).unwrap_err();
        assert!(
            faults[0].starts_with("line 2: unknown tool category `magic`: write one of"),
            "{faults:?}"
        );
        assert_eq!(
            faults[1..],
            ["line 3: 5 cells, and 6 columns", "line 4: `cost_usd` is `dear`, and no number"]
        );
    }
}
