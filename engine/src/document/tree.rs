//! What does a file hold, apart from whether it is YAML or TOML?
//!
//! One tree of values for both, each with the place where it stands. What the values mean is `syntax`'s affair.

use serde_json::{Map, Number, Value as Json};

use crate::source::Span;

/// A value of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Where the value is written.
    pub span: Span,
    /// Where an alias puts it, if one does.
    pub via: Option<Span>,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Vec<Tree>),
    Map(Vec<(Key, Tree)>),
}

/// Text, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    pub style: Style,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// YAML without quotes, on lines of its own.
    Plain,
    /// YAML without quotes, inside `{ }` or `[ ]`.
    PlainInFlow,
    Quoted,
    /// YAML's `|` and `>`.
    Block,
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub span: Span,
}

impl Tree {
    pub fn new(value: Value, span: Span) -> Self {
        Self { span, via: None, value }
    }

    /// Where people find the value: where an alias puts it, else where it is written.
    pub fn place(&self) -> Span {
        self.via.unwrap_or(self.span)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    pub fn get(&self, name: &str) -> Option<&Tree> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|(key, _)| key.name == name).map(|(_, tree)| tree)
            }
            _ => None,
        }
    }

    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) => Json::String(text.text.clone()),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, tree)| (key.name.clone(), tree.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The value at a JSON Pointer; where the tree ends before the pointer does, the last on the way.
    pub fn at_pointer(&self, pointer: &str) -> &Tree {
        let mut tree = self;
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = match &tree.value {
                Value::List(items) => part.parse().ok().and_then(|index: usize| items.get(index)),
                _ => tree.get(&part),
            };
            match next {
                Some(next) => tree = next,
                None => break,
            }
        }
        tree
    }

    /// How many values this one holds, itself among them.
    pub fn size(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|(_, tree)| tree.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// A copy that stands where an alias is.
    #[must_use]
    pub fn used_at(&self, place: Span) -> Self {
        let value = match &self.value {
            Value::List(items) => {
                Value::List(items.iter().map(|item| item.used_at(place)).collect())
            }
            Value::Map(entries) => Value::Map(
                entries.iter().map(|(key, tree)| (key.clone(), tree.used_at(place))).collect(),
            ),
            other => other.clone(),
        };
        Self { span: self.span, via: Some(place), value }
    }

    /// What the value is, for messages: `a list`, `text`.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_a_value_or_to_the_last_on_its_way() {
        let leaf = Tree::new(Value::Bool(true), Span::new(5..9));
        let list = Tree::new(Value::List(vec![leaf.clone()]), Span::new(4..10));
        let key = Key { name: "a/b".into(), span: Span::new(0..3) };
        let tree = Tree::new(Value::Map(vec![(key, list)]), Span::new(0..10));
        assert_eq!(tree.at_pointer("/a~1b/0"), &leaf);
        assert_eq!(tree.at_pointer("/a~1b/7").span, Span::new(4..10));
        assert_eq!(tree.at_pointer("").span, Span::new(0..10));
    }
}
