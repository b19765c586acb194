//! Where may a secret stand?
//!
//! Only in a port that its kind marks `x-secret`: whatever else sees a value may store it, show it or send it on.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::Planner;
use super::rules;
use crate::expression::{Expression, Template};
use crate::schema::Schema;
use crate::source::Spanned;

/// The root under which secrets are read.
const SECRETS: &str = "secrets";
/// The schema keyword of a port that may take one.
const MARK: &str = "x-secret";
/// Definitions may refer to each other for ever; no port nests deeper.
const DEPTH: usize = 16;

impl Planner<'_> {
    /// Whether one of `names` reads secrets, where none may stand; each is told.
    pub(super) fn tells_a_secret(&mut self, names: &[Spanned<&str>]) -> bool {
        let mut found = false;
        for name in names.iter().filter(|name| name.value == SECRETS) {
            found = true;
            self.findings.push(rules::secret_port::found(self.source, name.span));
        }
        found
    }
}

/// Whether any expression of `value` reads a secret.
pub(super) fn reads(value: &Template) -> bool {
    value.names().iter().any(|name| name.value == SECRETS)
}

/// Whether every secret in `value` stands where `schema` marks it.
pub(super) fn may_stand(value: &Template, schema: &Schema) -> bool {
    allowed(value, schema.as_json(), schema.as_json(), 0)
}

fn allowed(value: &Template, schema: &Json, root: &Json, depth: usize) -> bool {
    if !reads(value) {
        return true;
    }
    if depth > DEPTH {
        return false;
    }
    if schema.get(MARK) == Some(&Json::Bool(true)) {
        return true;
    }
    let reference = schema.get("$ref").and_then(Json::as_str);
    if let Some(target) = reference.and_then(|reference| root.pointer(reference.strip_prefix('#')?))
    {
        return allowed(value, target, root, depth + 1);
    }
    let forms = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    if forms.into_iter().any(|form| allowed(value, form, root, depth + 1)) {
        return true;
    }
    match value {
        Template::Object(fields) => fields.iter().all(|(name, value)| {
            let property = schema.get("properties").and_then(|fields| fields.get(name));
            let of = property.or_else(|| schema.get("additionalProperties"));
            allowed(value, of.unwrap_or(&Json::Null), root, depth + 1)
        }),
        Template::List(items) => {
            let of = schema.get("items").unwrap_or(&Json::Null);
            items.iter().all(|item| allowed(item, of, root, depth + 1))
        }
        _ => false,
    }
}

/// The secrets that `value` reads.
pub(crate) fn names(value: &Template) -> BTreeSet<String> {
    let paths = value.expressions().into_iter().flat_map(Expression::paths);
    let names = paths.filter(|path| path.name.value == SECRETS);
    names.filter_map(|path| path.fields.into_iter().next()).collect()
}

/// Whether a secret stands in `value` as more than itself: nothing can be computed of what is not known yet.
pub(super) fn computes_with_one(value: &Template) -> bool {
    let computed = |expression: &&Expression| {
        let (paths, text) = (expression.paths(), expression.text().trim());
        let reads = paths.iter().any(|path| path.name.value == SECRETS);
        reads && !(paths.len() == 1 && text.strip_prefix(SECRETS).is_some_and(is_field))
    };
    value.expressions().iter().any(computed)
}

/// `.NAME`, or `['NAME']`.
fn is_field(text: &str) -> bool {
    let bracketed = text.strip_prefix("['").and_then(|rest| rest.strip_suffix("']"));
    let name = text.strip_prefix('.').or(bracketed);
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The type of `secrets` for `value`: every name that it reads is a text.
pub(super) fn type_of(value: &Template) -> Schema {
    let names = names(value);
    let fields: Map<_, _> =
        names.iter().map(|name| (name.clone(), json!({ "type": "string" }))).collect();
    Schema::new(json!({
        "type": "object", "properties": fields, "required": names, "additionalProperties": false,
    }))
}
