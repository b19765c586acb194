//! What does a type say of an object's fields?

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::shape::{Branch, constants, keyword};
use super::{JsonTypes, Schema};

/// Why a field cannot be read off a value of this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoField {
    /// No form of the value has it; these it has.
    Unknown { known: Vec<String> },
    /// A value may be of a type that has no fields.
    NoObject { types: JsonTypes },
}

/// What one branch says of a field.
enum Said {
    Declared {
        schema: Schema,
        required: bool,
    },
    /// It may be there, of any type.
    Open,
    Absent,
}

impl Schema {
    /// The type of what `value.name` reads: of a list, the list of every item's field; null where it may be absent or
    /// the value may be null.
    pub fn field(&self, name: &str) -> Result<Self, NoField> {
        let mut read = Vec::new();
        let mut known = BTreeSet::new();
        let (mut absent, mut others) = (0, JsonTypes::NONE);
        for branch in self.branches() {
            let types = branch.types;
            let is_object = types.has(JsonTypes::OBJECT);
            if types.has(JsonTypes::NULL) && types != JsonTypes::ALL {
                read.push(Self::null());
            }
            if is_object {
                match self.said(&branch, name) {
                    Said::Declared { schema, required: true } => read.push(schema),
                    Said::Declared { schema, required: false } => read.push(schema.or_null()),
                    Said::Open => read.push(Self::anything()),
                    Said::Absent => {
                        absent += 1;
                        known.extend(names(&branch));
                    }
                }
            }
            // A schema that tells no type but tells fields means an object.
            if types != JsonTypes::ALL {
                if types.has(JsonTypes::LIST) {
                    let list = self.list_of_branch(&branch);
                    read.push(Self::list(&list.items.field(name)?, list.min, list.max));
                }
                others = others | (types - JsonTypes::OBJECT - JsonTypes::LIST - JsonTypes::NULL);
            }
        }
        if !others.is_empty() {
            return Err(NoField::NoObject { types: others });
        }
        let only_null = read.iter().all(|schema| schema.types() == JsonTypes::NULL);
        if absent > 0 && only_null {
            return Err(NoField::Unknown { known: known.into_iter().collect() });
        }
        if absent > 0 {
            read.push(Self::null());
        }
        Ok(Self::union(&read))
    }

    /// The names of all fields that the type tells, of any of its forms.
    pub fn field_names(&self) -> Vec<String> {
        let branches = self.branches();
        let names: BTreeSet<String> = branches.iter().flat_map(names).collect();
        names.into_iter().collect()
    }

    /// The fields that the type tells, in its order, each with its type and whether it is always there.
    pub fn properties(&self) -> Vec<(String, Self, bool)> {
        let mut found: Vec<(String, Self, bool)> = Vec::new();
        for branch in self.branches() {
            for name in names(&branch) {
                if found.iter().all(|(known, ..)| *known != name)
                    && let Said::Declared { schema, required } = self.said(&branch, &name)
                {
                    found.push((name, schema, required));
                }
            }
        }
        found
    }

    /// Whether every object of this type has the field.
    pub fn is_required(&self, name: &str) -> bool {
        let branches = self.branches();
        let mut objects =
            branches.iter().filter(|branch| branch.types.has(JsonTypes::OBJECT)).peekable();
        objects.peek().is_some() && objects.all(|branch| is_required(branch, name))
    }

    /// The type of what stands in any field of the object; null, where the object may be null.
    #[must_use]
    pub fn any_field(&self) -> Self {
        let mut read = Vec::new();
        for branch in self.branches() {
            if branch.types.has(JsonTypes::NULL) && branch.types != JsonTypes::ALL {
                read.push(Self::null());
            }
            if !branch.types.has(JsonTypes::OBJECT) {
                continue;
            }
            for name in names(&branch) {
                if let Said::Declared { schema, .. } = self.said(&branch, &name) {
                    read.push(schema);
                }
            }
            match self.said(&branch, UNTOLD) {
                Said::Declared { schema, .. } => read.push(schema),
                Said::Open => return Self::anything(),
                Said::Absent => {}
            }
        }
        Self::union(&read)
    }

    fn said(&self, branch: &Branch<'_>, name: &str) -> Said {
        let values = branch.parts.iter().find_map(|part| constants(part));
        if let Some(values) = values {
            return said_by_values(values, name);
        }
        let mut found: Vec<&Json> = Vec::new();
        let (mut open, mut told) = (branch.opaque, false);
        for part in &branch.parts {
            let before = found.len();
            if let Some(Json::Object(properties)) = keyword(part, "properties") {
                told = true;
                found.extend(properties.get(name));
            }
            found.extend(by_pattern(part, name));
            if found.len() > before {
                continue;
            }
            match keyword(part, "additionalProperties") {
                Some(Json::Bool(false)) => return Said::Absent,
                Some(Json::Bool(true)) => open = true,
                Some(schema) => found.push(schema),
                None => told |= keyword(part, "patternProperties").is_some(),
            }
        }
        if found.is_empty() {
            let rest = branch.parts.iter().find_map(|part| keyword(part, "unevaluatedProperties"));
            match rest {
                Some(Json::Bool(false)) => return Said::Absent,
                Some(Json::Bool(true)) => open = true,
                Some(schema) => found.push(schema),
                None => {}
            }
        }
        match found.as_slice() {
            [] if open || !told => Said::Open,
            [] => Said::Absent,
            found => {
                let schema = self.all_of(found);
                Said::Declared { schema, required: is_required(branch, name) }
            }
        }
    }

    /// What fits all of `nodes`, which refer to this schema's definitions.
    pub(super) fn all_of(&self, nodes: &[&Json]) -> Self {
        let node = match nodes {
            // Most fields have such a type, and are read often.
            [one] => match Self::of_type_alone(one).filter(|_| self.0.defs.is_empty()) {
                Some(schema) => return schema,
                None => (*one).clone(),
            },
            many => json!({ "allOf": many }),
        };
        Self::within(node, &self.0.defs)
    }
}

/// A name that no file has, to ask what other fields may hold.
const UNTOLD: &str = "\u{0}";

fn is_required(branch: &Branch<'_>, name: &str) -> bool {
    branch.parts.iter().any(|part| match keyword(part, "required") {
        Some(Json::Array(names)) => names.iter().any(|required| required == name),
        _ => false,
    })
}

fn names(branch: &Branch<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in &branch.parts {
        let properties = keyword(part, "properties").and_then(Json::as_object);
        let values = constants(part).unwrap_or_default().iter().filter_map(Json::as_object);
        for name in properties.into_iter().chain(values).flat_map(Map::keys) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn said_by_values(values: &[Json], name: &str) -> Said {
    let objects: Vec<&Map<String, Json>> = values.iter().filter_map(Json::as_object).collect();
    let fields: Vec<Schema> = objects
        .iter()
        .filter_map(|object| object.get(name))
        .map(|value| Schema::constant_of(value.clone()))
        .collect();
    if fields.is_empty() {
        return Said::Absent;
    }
    Said::Declared { required: fields.len() == objects.len(), schema: Schema::union(&fields) }
}

fn by_pattern<'s>(part: &'s Map<String, Json>, name: &str) -> Vec<&'s Json> {
    let Some(Json::Object(patterns)) = keyword(part, "patternProperties") else {
        return Vec::new();
    };
    let matches = |pattern: &String| {
        Schema::plain(json!({ "pattern": pattern })).accepts(&Json::String(name.to_owned()))
    };
    patterns.iter().filter(|(pattern, _)| matches(pattern)).map(|(_, schema)| schema).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> Schema {
        Schema::new(json!({
            "$defs": {
                "Scene": {
                    "type": "object",
                    "properties": {
                        "id": { "type": "integer" },
                        "note": { "type": "string" },
                        "next": { "anyOf": [{ "$ref": "#/$defs/Scene" }, { "type": "null" }] },
                    },
                    "required": ["id", "next"],
                },
            },
            "type": "object",
            "properties": {
                "scenes": { "type": "array", "items": { "$ref": "#/$defs/Scene" }, "maxItems": 9 },
                "free": { "type": "object" },
                "tags": { "type": "object", "additionalProperties": { "type": "string" } },
                "shape": { "oneOf": [
                    { "type": "object", "properties": { "kind": { "const": "a" }, "x": true }, "required": ["kind", "x"] },
                    { "type": "object", "properties": { "kind": { "const": "b" } }, "required": ["kind"] },
                ] },
            },
            "required": ["scenes"],
        }))
    }

    fn path(path: &str) -> String {
        let read = path.split('.').try_fold(film(), |schema, name| schema.field(name));
        match read {
            Ok(schema) => schema.as_json().to_string(),
            Err(fault) => format!("{fault:?}"),
        }
    }

    #[test]
    fn a_field_is_read_through_references_lists_and_null() {
        assert_eq!(
            path("scenes.id"),
            r#"{"type":"array","items":{"type":"integer"},"maxItems":9}"#
        );
        assert_eq!(
            path("scenes.note"),
            r#"{"type":"array","items":{"type":["string","null"]},"maxItems":9}"#
        );
        assert_eq!(
            path("scenes.next.next.id"),
            r#"{"type":"array","items":{"type":["integer","null"]},"maxItems":9}"#
        );
        assert!(path("scenes.next").contains(r##""$ref":"#/$defs/Scene""##));
        assert!(path("scenes.next").contains(r#""$defs":{"Scene":"#));
    }

    #[test]
    fn a_field_that_no_form_has_is_unknown() {
        assert_eq!(path("scenez"), r#"Unknown { known: ["free", "scenes", "shape", "tags"] }"#);
        assert_eq!(path("shape.kind"), r#"{"anyOf":[{"enum":["a","b"]},{"type":"null"}]}"#);
        assert_eq!(path("shape.x"), "true");
        assert_eq!(path("shape.y"), r#"Unknown { known: ["kind", "x"] }"#);
        assert_eq!(path("scenes.id.x"), "NoObject { types: JsonTypes(4) }");
    }

    #[test]
    fn an_open_object_may_have_any_field() {
        assert_eq!(path("free.anything"), "true");
        assert_eq!(path("tags.x"), r#"{"type":["string","null"]}"#);
    }

    #[test]
    fn properties_are_told_in_their_order() {
        let told: Vec<_> =
            film().properties().into_iter().map(|(name, _, required)| (name, required)).collect();
        let free = |name: &str| (name.to_owned(), false);
        assert_eq!(told, [("scenes".to_owned(), true), free("free"), free("tags"), free("shape")]);
        assert!(film().is_required("scenes") && !film().is_required("free"));
    }
}
