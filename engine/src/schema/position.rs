//! Where in a schema may further schemas stand?

/// What the value of a keyword is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// A schema, or a list of them.
    One,
    /// Schemas by name.
    Named,
    /// No schema: data, in which `$ref` is a word like any other.
    Data,
    /// A word that no draft knows; a reference may lead there all the same.
    Unknown,
}

pub(super) fn position(keyword: &str) -> Position {
    match keyword {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
        | "dependencies" => Position::Named,
        "const" | "enum" | "default" | "examples" | "required" | "dependentRequired" => {
            Position::Data
        }
        "items"
        | "prefixItems"
        | "additionalItems"
        | "unevaluatedItems"
        | "contains"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "propertyNames"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "not"
        | "if"
        | "then"
        | "else" => Position::One,
        _ => Position::Unknown,
    }
}
