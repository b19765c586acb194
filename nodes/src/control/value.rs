//! How does a pipeline name a value that it computes?

use flow_engine::kind::{Failure, Known, Pure};
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

pub(crate) struct Value;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Whatever the node is to give.
    value: Json,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Output {
    value: Json,
}

impl Pure for Value {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "value";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Gives the value that it is given, under a name that other nodes can read.

Use it to write an expression once and read it often. It is free, immediate, and keeps the value's type.

```yaml
nodes:
  long_scenes:
    use: value
    with:
      value: ${{ script.scenes | selectattr('seconds', 'gt', 5) }}
  film:
    use: media/concat
    with:
      clips: ${{ long_scenes.value.clip }}
```

| port | | |
|---|---|---|
| `value` | in | any value |
| `value` | out | the same value |";

    fn output(&self, known: &Known) -> Schema {
        let value = known.ports.get("value").map_or(json!(true), |port| match &port.constant {
            Some(constant) => json!({ "const": constant }),
            None => port.schema.as_json().clone(),
        });
        object_with("value", value)
    }

    fn evaluate(&self, input: Input) -> Result<Output, Failure> {
        Ok(Output { value: input.value })
    }
}

/// The schema of objects whose one field `name` fits `field`. Definitions move to the top, where references look.
pub(super) fn object_with(name: &str, mut field: Json) -> Schema {
    let definitions = field.as_object_mut().and_then(|field| field.remove("$defs"));
    let mut object = json!({ "type": "object", "properties": { name: field }, "required": [name] });
    if let (Some(definitions), Some(object)) = (definitions, object.as_object_mut()) {
        object.insert("$defs".into(), definitions);
    }
    Schema::new(object)
}

#[cfg(test)]
mod tests {
    use flow_engine::kind::Port;

    use super::*;

    fn output_for(schema: Json, constant: Option<Json>) -> Json {
        let port = Port { schema: Schema::new(schema), constant };
        let known = Known { ports: [("value".to_owned(), port)].into() };
        Value.output(&known).as_json().clone()
    }

    #[test]
    fn a_value_keeps_its_type() {
        let number = output_for(json!({ "type": "number" }), None);
        assert_eq!(number["properties"]["value"], json!({ "type": "number" }));
        let constant = output_for(json!({ "type": "integer" }), Some(json!(3)));
        assert_eq!(constant["properties"]["value"], json!({ "const": 3 }));
    }

    #[test]
    fn definitions_stay_where_references_look_for_them() {
        let schema = json!({ "$ref": "#/$defs/T", "$defs": { "T": { "type": "string" } } });
        let object = output_for(schema, None);
        assert_eq!(object["properties"]["value"], json!({ "$ref": "#/$defs/T" }));
        assert_eq!(object["$defs"]["T"], json!({ "type": "string" }));
    }

    #[test]
    fn it_gives_what_it_is_given() {
        let given = json!({ "a": [1, null] });
        let output = Value.evaluate(Input { value: given.clone() });
        assert_eq!(output, Ok(Output { value: given }));
    }
}
