//! How does a pipeline run a program of the user's?
//!
//! JSON goes in by standard input and comes out by standard output.

use std::collections::BTreeMap;

use flow_engine::kind::{Attempt, Class, Failure, Kind, Known, Nature};
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::value::object_with;
use crate::process::{self, Finished, Stdin};

pub(crate) struct Command;

/// How many bytes of JSON a program may write.
const MOST_OUTPUT: usize = 16 << 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names of ports")]
pub(crate) struct Input {
    /// A program and its arguments, or a line for `sh -e -c`.
    command: CommandLine,
    /// What the program reads from its standard input, as JSON.
    #[serde(default)]
    input: Option<Json>,
    /// Variables of the program's own, which may hold secrets.
    #[serde(default)]
    #[schemars(extend("x-secret" = true))]
    variables: BTreeMap<String, String>,
    /// The JSON Schema of what the program writes to its standard output.
    #[serde(default)]
    output: Option<Json>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum CommandLine {
    Shell(#[schemars(length(min = 1))] String),
    Program(#[schemars(length(min = 1))] Vec<String>),
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    output: Json,
}

impl Kind for Command {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "exec/command";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Runs a program: JSON goes in by its standard input and comes out by its standard output.

```yaml
nodes:
  titles:
    use: exec/command
    with:
      command: [python3, tools/titles.py, --language, en]
      input: ${{ script.scenes }}
      output:
        type: object
        properties: { best: { type: string } }
        required: [best]
  card:
    use: image/generate
    with:
      prompt: ${{ titles.output.best }}
```

| port | | |
|---|---|---|
| `command` | in | a list (the program, then each argument) or a text for `sh -e -c` |
| `input` | in, optional | any value; the program reads it as JSON, and nothing if it is left out |
| `variables` | in, optional, secret | variables of the program, by name; secrets may stand here: `{ TOKEN: '${{ secrets.TOKEN }}' }` |
| `output` | in, optional | the JSON Schema of what the program writes; written literally, it types `output` at check time |
| `output` | out | the JSON that the program wrote; null if it wrote nothing |

- The program runs in the current folder. Its variables are those of `flow`, and `FLOW_ATTEMPT` (the same whenever \
this attempt is handed out again: send it to others as an idempotency key), `FLOW_ATTEMPT_NUMBER` (from 1), \
`FLOW_DELIVERY` (above 1 after a crash) and `FLOW_FOLDER` (an empty folder of its own, gone afterwards).
- What people should read goes to standard error; its end is shown when the status is not 0.
- Whatever the program starts ends with it. When the attempt is cancelled or times out, all of it gets SIGTERM, and \
two seconds later SIGKILL.
- Put data into `input` or an argument of a list, never into the text of a shell command: there it could become code.
- It may write 16 MB of JSON; larger results belong into files.
- It is effectful: its output is never taken from the cache.";
    const NATURE: Nature = Nature::Effectful;

    fn output(&self, known: &Known) -> Schema {
        let said = known.ports.get("output").and_then(|port| port.constant.clone());
        object_with("output", said.filter(|schema| !schema.is_null()).unwrap_or(json!(true)))
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let stdin = match &input.input {
            Some(value) => Stdin::Bytes(value.to_string().into_bytes()),
            None => Stdin::Empty,
        };
        let command = command_line(input.command)?
            .stdin(stdin)
            .stdout_limit(MOST_OUTPUT)
            .variable("FLOW_ATTEMPT", attempt.key())
            .variable("FLOW_ATTEMPT_NUMBER", attempt.number().to_string())
            .variable("FLOW_DELIVERY", attempt.delivery().to_string())
            .variable("FLOW_FOLDER", attempt.folder().to_string_lossy());
        let command = (input.variables.into_iter())
            .fold(command, |command, (name, value)| command.variable(name, value));
        let finished = process::succeed(attempt, command).await?;
        let output = read(&finished)?;
        if let Some(schema) = input.output {
            fits(&output, schema, &finished.program)?;
        }
        Ok(Output { output })
    }
}

fn command_line(command: CommandLine) -> Result<process::Command, Failure> {
    match command {
        CommandLine::Shell(text) => Ok(process::Command::new("sh").arguments(["-e", "-c", &text])),
        CommandLine::Program(words) => {
            let mut words = words.into_iter();
            let program = words
                .next()
                .ok_or_else(|| Failure::input("`command` is empty").help("name a program"))?;
            Ok(process::Command::new(program).arguments(words))
        }
    }
}

/// The JSON on standard output; null if there is nothing.
fn read(finished: &Finished) -> Result<Json, Failure> {
    if finished.stdout.iter().all(u8::is_ascii_whitespace) {
        return Ok(Json::Null);
    }
    serde_json::from_slice(&finished.stdout).map_err(|error| {
        let start: String = finished.stdout_text().chars().take(80).collect();
        let program = &finished.program;
        let message =
            format!("`{program}` did not write one JSON value: {error}; it starts with {start:?}");
        Failure::new(Class::Output, message)
            .help("write one JSON value to standard output and all else to standard error")
    })
}

fn fits(output: &Json, schema: Json, program: &str) -> Result<(), Failure> {
    let Some(violation) = Schema::new(schema).violations(output).into_iter().next() else {
        return Ok(());
    };
    let place = if violation.path.is_empty() {
        "the output".to_owned()
    } else {
        format!("`{}` of the output", violation.path)
    };
    let message =
        format!("what `{program}` wrote breaks its schema: {place}: {}", violation.message);
    Err(Failure::new(Class::Output, message)
        .help("correct the program, or the schema in the port `output`"))
}

#[cfg(test)]
mod tests {
    use flow_engine::kind::Port;

    use super::*;
    use crate::testing::TestAttempt;

    async fn run(input: Json) -> Result<Json, Failure> {
        let input = serde_json::from_value(input).unwrap();
        Command.run(&TestAttempt::new(), input).await.map(|output| output.output)
    }

    #[tokio::test]
    async fn json_goes_in_and_comes_out() {
        let input = json!({ "command": ["cat"], "input": { "a": [1, "ü"] } });
        assert_eq!(run(input).await, Ok(json!({ "a": [1, "ü"] })));
        let text = json!({ "command": "printf '{\"n\": %s}' $FLOW_ATTEMPT_NUMBER$FLOW_DELIVERY" });
        assert_eq!(run(text).await, Ok(json!({ "n": 11 })));
        assert_eq!(run(json!({ "command": ["true"] })).await, Ok(Json::Null));
    }

    #[tokio::test]
    async fn a_bad_end_says_what_the_program_said() {
        let failure = run(json!({ "command": "echo no money >&2; exit 7" })).await.unwrap_err();
        assert_eq!(failure.class, Class::Command);
        assert_eq!(failure.message, "`sh` ended with status 7:\nno money");
    }

    #[tokio::test]
    async fn an_output_that_is_not_what_was_promised_is_refused() {
        let text = run(json!({ "command": ["echo", "hello"] })).await.unwrap_err();
        assert_eq!(text.class, Class::Output);
        insta::assert_snapshot!(text.message, @r#"`echo` did not write one JSON value: expected value at line 1 column 1; it starts with "hello\n""#);
        let input = json!({
            "command": ["echo", "{\"n\": \"x\"}"],
            "output": { "type": "object", "properties": { "n": { "type": "integer" } } },
        });
        let failure = run(input).await.unwrap_err();
        insta::assert_snapshot!(failure.message, @r#"what `echo` wrote breaks its schema: `/n` of the output: "x" is not of type "integer""#);
    }

    #[test]
    fn a_literal_schema_types_the_output() {
        let schema = json!({ "type": "object", "properties": { "x": { "type": "string" } } });
        let port = Port { schema: Schema::anything(), constant: Some(schema.clone()) };
        let known = Known { ports: [("output".to_owned(), port)].into() };
        assert_eq!(Command.output(&known).as_json()["properties"]["output"], schema);
        let unknown = Command.output(&Known::default());
        assert_eq!(unknown.as_json()["properties"]["output"], json!(true));
    }
}
