//! How is the text of `-i name=value` read?
//!
//! By the type of the input that it is for: text as it is, everything else as JSON. Nothing is coerced: a text that
//! does not fit its type is refused here, before anything starts.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use flow_engine::kind::file::MEDIA;
use flow_engine::plan::graph::Plan;
use flow_engine::plan::inputs::{InputProblem, bind};
use flow_engine::schema::Schema;
use serde_json::{Map, Value as Json};

use crate::environment::Environment;
use crate::exit::Problem;
use crate::media_type;

/// `name=value` as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    text: Text,
}

/// Where the text of a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Literal(String),
    /// `@path`
    File(PathBuf),
    /// `env:NAME`
    Variable(String),
}

/// A value as its input takes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Json(Json),
    /// A file that the host takes into the store; `range` is the media range of the input.
    File {
        path: PathBuf,
        range: String,
    },
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let Some((name, text)) = typed.split_once('=') else {
            return Err("a value is given as `name=value`".into());
        };
        let text = match text.strip_prefix('@') {
            Some(rest) if rest.starts_with('@') => Text::Literal(rest.into()),
            Some("") => return Err(format!("name a file after `{name}=@`")),
            Some(path) => Text::File(path.into()),
            None => match text.strip_prefix("env:") {
                Some(variable) => Text::Variable(variable.into()),
                None => Text::Literal(text.into()),
            },
        };
        Ok(Self { name: name.trim().into(), text })
    }
}

/// What a run of `plan` is given: every required input, and the defaults of the rest. `import` takes the file of an input
/// in, if its media type lies in the range.
pub(crate) fn inputs(
    plan: &Plan,
    given: &[Assignment],
    environment: &Environment,
    import: &mut dyn FnMut(&str, &Path, &str) -> Result<Json, Problem>,
) -> Result<Map<String, Json>, Problem> {
    changed(plan, Map::new(), given, environment, import)
}

/// The same with `former` where nothing is given.
pub(crate) fn changed(
    plan: &Plan,
    former: Map<String, Json>,
    given: &[Assignment],
    environment: &Environment,
    import: &mut dyn FnMut(&str, &Path, &str) -> Result<Json, Problem>,
) -> Result<Map<String, Json>, Problem> {
    check_once(given)?;
    let mut values = former;
    for assignment in given {
        let name = assignment.name.as_str();
        let input = plan.inputs.iter().find(|input| input.name.as_str() == name);
        let value = match input {
            Some(input) => match read(assignment, &input.schema, environment)? {
                Value::Json(json) => json,
                Value::File { path, range } => import(&format!("`{name}`"), &path, &range)?,
            },
            // Of no type: that there is no such input is told below.
            None => Json::Null,
        };
        values.insert(name.to_owned(), value);
    }
    bind(plan, values).map_err(|problems| refused(plan, &problems))
}

/// No name is given twice.
pub(crate) fn check_once(given: &[Assignment]) -> Result<(), Problem> {
    let twice = given.iter().enumerate().find(|(index, assignment)| {
        given[..*index].iter().any(|former| former.name == assignment.name)
    });
    match twice {
        Some((_, Assignment { name, .. })) => {
            Err(Problem::refused(format!("`{name}` is given twice"))
                .help(format!("give one -i {name}=…")))
        }
        None => Ok(()),
    }
}

fn refused(plan: &Plan, problems: &[InputProblem]) -> Problem {
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let problem = Problem::refused(words.join("; "));
    let is_file = |name: &str| {
        let input = plan.inputs.iter().find(|input| input.name.as_str() == name);
        input.is_some_and(|input| media_range(&input.schema).is_some())
    };
    let missing = problems.iter().filter_map(|problem| match problem {
        InputProblem::Missing { name, .. } if is_file(name) => Some(format!("-i {name}=@FILE")),
        InputProblem::Missing { name, .. } => Some(format!("-i {name}=…")),
        _ => None,
    });
    let missing: Vec<String> = missing.collect();
    if !missing.is_empty() {
        return problem.help(format!("add {}", missing.join(" ")));
    }
    let inputs: Vec<String> = plan.inputs.iter().map(|input| input.name.to_string()).collect();
    match &inputs[..] {
        [] => problem.help("leave it out: the pipeline takes no inputs"),
        _ => problem.help(format!("the inputs are {}", inputs.join(", "))),
    }
}

/// Reads `assignment` by the type that `schema` describes.
pub(crate) fn read(
    assignment: &Assignment,
    schema: &Schema,
    environment: &Environment,
) -> Result<Value, Problem> {
    let name = &assignment.name;
    if let Some(range) = media_range(schema) {
        return media_file(assignment, range, environment);
    }
    let text = match &assignment.text {
        Text::Literal(text) => text.clone(),
        Text::File(path) => std::fs::read_to_string(path).map_err(|error| {
            Problem::refused(format!("cannot read `{}` for `{name}`: {error}", path.display()))
                .help("name a text file after the @")
        })?,
        Text::Variable(variable) => lookup(name, variable, environment)?,
    };
    by_type(name, &text, schema).map(Value::Json)
}

/// Which files an input takes, also where it may be null instead.
fn media_range(schema: &Schema) -> Option<&str> {
    let schema = schema.as_json();
    let forms = schema.get("anyOf").and_then(Json::as_array).into_iter().flatten();
    std::iter::once(schema).chain(forms).find_map(|form| form.get(MEDIA)?.as_str())
}

/// An input for media takes a file, with or without the @.
fn media_file(
    assignment: &Assignment,
    range: &str,
    environment: &Environment,
) -> Result<Value, Problem> {
    let name = &assignment.name;
    let path = match &assignment.text {
        Text::File(path) => path.clone(),
        Text::Literal(text) => text.into(),
        Text::Variable(variable) => lookup(name, variable, environment)?.into(),
    };
    if !path.is_file() {
        let shown = path.display();
        let what = if path.is_dir() {
            format!("`{shown}` is a folder")
        } else {
            format!("there is none at `{shown}`")
        };
        return Err(Problem::refused(format!("`{name}` takes a file, and {what}")).help(format!(
            "give the path of one ({}): -i {name}=@FILE",
            media_type::words(range)
        )));
    }
    Ok(Value::File { path, range: range.into() })
}

fn lookup(name: &str, variable: &str, environment: &Environment) -> Result<String, Problem> {
    environment.get(variable).map(str::to_owned).ok_or_else(|| {
        Problem::refused(format!("`{name}` is to be `{variable}`, which is not set"))
            .help(format!("set it: {variable}=… flow …"))
    })
}

/// Text where only text fits; else JSON if it fits; else text if that fits.
fn by_type(name: &str, text: &str, schema: &Schema) -> Result<Json, Problem> {
    let json = serde_json::from_str::<Json>(text).ok();
    let fits = |value: &Json| schema.violations(value).is_empty();
    let string = Json::String(text.to_owned());
    if takes_only_text(schema.as_json()) {
        return if fits(&string) { Ok(string) } else { Err(unfit(name, &string, schema)) };
    }
    match json {
        Some(json) if fits(&json) => Ok(json),
        _ if fits(&string) => Ok(string),
        Some(json) => Err(unfit(name, &json, schema)),
        None => Err(unfit(name, &string, schema)),
    }
}

fn takes_only_text(schema: &Json) -> bool {
    match schema.get("type") {
        Some(Json::String(name)) => name == "string",
        Some(Json::Array(names)) => names.iter().all(|name| name == "string" || name == "null"),
        _ => false,
    }
}

fn unfit(name: &str, value: &Json, schema: &Schema) -> Problem {
    let words = crate::render::schema::words(schema.as_json(), schema.as_json());
    let why = schema.violations(value).into_iter().next().map(|violation| {
        if violation.path.is_empty() {
            violation.message
        } else {
            format!("at `{}`: {}", violation.path, violation.message)
        }
    });
    let problem = Problem::refused(match why {
        Some(why) => format!("`{name}` does not fit: {why}"),
        None => format!("`{name}` does not fit"),
    });
    problem.help(format!("`{name}` takes {words}: -i '{name}=…', or -i {name}=@FILE"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(typed: &str, schema: Json) -> Result<Json, String> {
        let assignment = typed.parse::<Assignment>()?;
        match read(&assignment, &Schema::new(schema), &Environment::default()) {
            Ok(Value::Json(json)) => Ok(json),
            Ok(Value::File { path, range }) => Ok(json!([path, range])),
            Err(problem) => {
                Err(format!("{}\n{}", problem.message, problem.help.unwrap_or_default()))
            }
        }
    }

    #[test]
    fn text_is_taken_as_it_is_where_only_text_fits() {
        let text = json!({ "type": "string" });
        assert_eq!(value("topic=12", text.clone()), Ok(json!("12")));
        assert_eq!(value("topic=", text.clone()), Ok(json!("")));
        assert_eq!(value("topic=a=b", text.clone()), Ok(json!("a=b")));
        assert_eq!(value("topic=@@someone", text), Ok(json!("@someone")));
        assert_eq!(value("topic=null", json!({ "type": ["string", "null"] })), Ok(json!("null")));
    }

    #[test]
    fn everything_else_is_read_as_json() {
        assert_eq!(value("n=12", json!({ "type": "integer" })), Ok(json!(12)));
        assert_eq!(value("on=true", json!({ "type": "boolean" })), Ok(json!(true)));
        assert_eq!(value("o={\"a\":1}", json!({ "type": "object" })), Ok(json!({ "a": 1 })));
        assert_eq!(value("mode=fast", json!({ "enum": ["fast", "slow", 3] })), Ok(json!("fast")));
        assert_eq!(value("mode=3", json!({ "enum": ["fast", "slow", 3] })), Ok(json!(3)));
        assert_eq!(value("any=words", json!(true)), Ok(json!("words")));
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_its_type() {
        insta::assert_snapshot!(value("seconds=soon", json!({ "type": "integer", "minimum": 20 })).unwrap_err(), @r#"
        `seconds` does not fit: "soon" is not of type "integer"
        `seconds` takes integer ≥ 20: -i 'seconds=…', or -i seconds=@FILE
        "#);
        insta::assert_snapshot!(value("o={\"a\":\"x\"}", json!({ "type": "object", "properties": { "a": { "type": "integer" } } })).unwrap_err(), @r#"
        `o` does not fit: at `/a`: "x" is not of type "integer"
        `o` takes object: -i 'o=…', or -i o=@FILE
        "#);
        insta::assert_snapshot!(value("topic=ab", json!({ "type": "string", "minLength": 3 })).unwrap_err(), @r#"
        `topic` does not fit: "ab" is shorter than 3 characters
        `topic` takes string: -i 'topic=…', or -i topic=@FILE
        "#);
        insta::assert_snapshot!(value("seconds", json!(true)).unwrap_err(), @"a value is given as `name=value`");
        insta::assert_snapshot!(value("file=@", json!(true)).unwrap_err(), @"name a file after `file=@`");
        insta::assert_snapshot!(value("key=env:FLOW_NO_SUCH_VARIABLE", json!(true)).unwrap_err(), @"
        `key` is to be `FLOW_NO_SUCH_VARIABLE`, which is not set
        set it: FLOW_NO_SUCH_VARIABLE=… flow …
        ");
        insta::assert_snapshot!(value("text=@no/such/file", json!(true)).unwrap_err(), @"
        cannot read `no/such/file` for `text`: No such file or directory (os error 2)
        name a text file after the @
        ");
    }

    #[test]
    fn a_media_input_that_may_be_null_takes_a_file() {
        let media = json!({ "anyOf": [{ "x-media": "text/*" }, { "type": "null" }] });
        assert_eq!(value("article=Cargo.toml", media), Ok(json!(["Cargo.toml", "text/*"])));
    }

    #[test]
    fn a_media_input_takes_a_file_that_exists() {
        let media = json!({ "x-media": "text/*" });
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(value(&format!("article=@{here}"), media.clone()), Ok(json!([here, "text/*"])));
        assert_eq!(value(&format!("article={here}"), media.clone()), Ok(json!([here, "text/*"])));
        insta::assert_snapshot!(value("article=@no/such/file", media).unwrap_err(), @"
        `article` takes a file, and there is none at `no/such/file`
        give the path of one (text): -i article=@FILE
        ");
    }

    #[test]
    fn a_file_s_text_is_read_by_type_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.json");
        std::fs::write(&path, "[1, 2]\n").unwrap();
        let typed = format!("n=@{}", path.display());
        assert_eq!(value(&typed, json!({ "type": "array" })), Ok(json!([1, 2])));
        assert_eq!(value(&typed, json!({ "type": "string" })), Ok(json!("[1, 2]\n")));
    }
}
