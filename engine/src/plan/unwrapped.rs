//! Which texts were meant to be read?
//!
//! A text that is a path to a field in sight, and stands where an expression could, lacks its `${{ }}`. What it names may
//! be planned only later, since a text makes no edge: then it is judged at the end of the body that has such a node.

use super::resolve::Level;
use super::scope::Scope;
use super::{Planner, rules};
use crate::diagnostic::MOST_TOLD;
use crate::document::tree::{Text, Tree, Value};
use crate::expression::Expression;
use crate::name::is_name;
use crate::schema::Schema;
use crate::source::Span;

/// A text that may name a node which is not planned yet.
pub(super) struct Later {
    tree: Tree,
    /// The node of the body at hand in which it stands.
    node: usize,
}

impl Planner<'_> {
    /// Warns of such texts in what is written at `tree`.
    pub(super) fn unwrapped(&mut self, tree: &Tree, scope: &Scope<'_>) {
        match &tree.value {
            Value::Text(text) => self.text(tree, text, scope),
            Value::List(items) => {
                for item in items {
                    self.unwrapped(item, scope);
                }
            }
            Value::Map(entries) => {
                for (_, value) in entries {
                    self.unwrapped(value, scope);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, tree: &Tree, text: &Text, scope: &Scope<'_>) {
        let Some(name) = name_of(&text.text) else { return };
        if scope.find(name).is_none() {
            if self.later.len() < MOST_TOLD {
                self.later.push(Later { tree: tree.clone(), node: 0 });
            }
        } else if leads_to_a_field(&text.text, scope) {
            let finding = rules::unwrapped_expression::found(self.source, tree, text);
            self.findings.push(finding);
        }
    }

    /// Notes that what was put off since stands in `node`.
    pub(super) fn put_off_in(&mut self, node: usize, since: usize) {
        self.later.iter_mut().skip(since).for_each(|later| later.node = node);
    }

    /// Judges what was put off since, now that all nodes of `level` are in `scope`; the rest may mean one further out.
    pub(super) fn judge(&mut self, level: &Level<'_>, scope: &Scope<'_>, since: usize) {
        for later in self.later.split_off(since) {
            let Value::Text(text) = &later.tree.value else { continue };
            let named = level
                .block
                .nodes
                .iter()
                .position(|node| name_of(&text.text) == Some(node.name.value.as_str()));
            match named {
                None => self.later.push(later),
                // To read what waits for oneself would be a cycle.
                Some(named) if waits_for(level, named, later.node) => {}
                Some(_) => self.text(&later.tree, text, scope),
            }
        }
    }
}

/// The name that `text` starts with, where it may be a path.
fn name_of(text: &str) -> Option<&str> {
    let name = &text[..text.find(['.', '['])?];
    is_name(name).then_some(name)
}

/// Whether `text` is a path to a field that the type of something in sight has.
fn leads_to_a_field(text: &str, scope: &Scope<'_>) -> bool {
    let owner = text.rfind(['.', '[']).and_then(|end| type_of(&text[..end], scope));
    // Anything has every field, so that one is there says nothing.
    owner.is_some_and(|owner| !owner.is_anything()) && type_of(text, scope).is_some()
}

/// The type of what the path `text` reads; none, where it is no path or reads nothing.
fn type_of(text: &str, scope: &Scope<'_>) -> Option<Schema> {
    let path = Expression::parse(text, Span::new(0..text.len())).ok()?;
    let (of, faults) = path.type_in(scope);
    (path.is_path() && faults.is_empty()).then_some(of)
}

/// Whether `node` of `level` starts only when `other` has ended.
fn waits_for(level: &Level<'_>, node: usize, other: usize) -> bool {
    let mut seen = vec![false; level.needs.len()];
    let mut waiting = vec![node];
    while let Some(at) = waiting.pop() {
        if at == other {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(&level.needs[at]);
        }
    }
    false
}
