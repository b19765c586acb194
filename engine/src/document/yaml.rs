//! How does YAML become a tree?
//!
//! A composer over the parser's events. It goes on after whatever leaves the structure whole, so that several findings
//! show at once; only a broken structure ends it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::quick;
use super::rules;
use super::scalar;
use super::tree::{Key, Style, Text, Tree, Value};
use crate::diagnostic::Findings;
use crate::source::{Source, Span};

/// Collections may be nested so deep.
const DEPTH: usize = 64;
/// Aliases may put so many values into a file, counted each time.
const COPIES: usize = 200_000;

/// The file's tree, if its structure is whole, and all that is wrong with it.
pub(super) fn read(source: &Arc<Source>) -> (Option<Tree>, Findings) {
    match quick::read(&source.text) {
        Some(tree) => (Some(tree), Findings::default()),
        None => read_all(source),
    }
}

/// The same, by a parser of all of YAML.
pub(super) fn read_all(source: &Arc<Source>) -> (Option<Tree>, Findings) {
    let options = granit_parser::options! {
        strict_indentation: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut composer = Composer::new(source);
    for next in Parser::new_from_str_with_options(&source.text, options) {
        match next {
            Ok((event, span)) => {
                let span = Span::new(span.byte_range().unwrap_or_default());
                if composer.take(event, span).is_break() {
                    break;
                }
            }
            Err(error) => {
                composer.findings.push(rules::syntax::yaml(source, &error));
                return (None, composer.findings);
            }
        }
    }
    (composer.root, composer.findings)
}

struct Composer<'a> {
    source: &'a Arc<Source>,
    findings: Findings,
    /// The collections that are open, the outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Tree>,
    copied: usize,
    /// So many values were read.
    values: usize,
    documents: usize,
    root: Option<Tree>,
}

/// A collection whose end has not come yet.
struct Open {
    start: Span,
    flow: bool,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Tree>),
    Map {
        entries: Entries,
        key: Awaited,
        /// What `<<` would put here: it is refused, and what follows is read as if it were mended.
        merged: Vec<(Key, Tree)>,
    },
}

/// The entries of a map so far.
#[derive(Default)]
struct Entries {
    all: Vec<(Key, Tree)>,
    /// Where each key stands, once there are [`MANY`]: a few are looked through faster than they are hashed.
    places: HashMap<String, Span>,
}

const MANY: usize = 16;

impl Entries {
    fn place(&self, name: &str) -> Option<Span> {
        if self.all.len() < MANY {
            return self.all.iter().find(|(key, _)| key.name == name).map(|(key, _)| key.span);
        }
        self.places.get(name).copied()
    }

    fn push(&mut self, key: Key, tree: Tree) {
        self.all.push((key, tree));
        let unnoted = if self.all.len() == MANY { 0 } else { self.all.len() - 1 };
        if self.all.len() >= MANY {
            let unnoted = self.all[unnoted..].iter();
            self.places.extend(unnoted.map(|(key, _)| (key.name.clone(), key.span)));
        }
    }
}

/// What a map waits for.
enum Awaited {
    Key,
    Value(Key),
    /// A value whose key was refused: both are left out.
    Nothing,
}

type Flow = std::ops::ControlFlow<()>;

impl<'a> Composer<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            findings: Findings::default(),
            open: Vec::new(),
            anchors: HashMap::new(),
            copied: 0,
            values: 0,
            documents: 0,
            root: None,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Flow {
        self.values += 1;
        // A collection has two events, a key one: no file of half as many values comes here.
        if self.values > 2 * rules::too_large::VALUES {
            self.findings.push(rules::too_large::values(self.source, span));
            self.root = None;
            return Flow::Break(());
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.findings.push(rules::several_documents::found(self.source, span));
                    return Flow::Break(());
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tree = self.scalar(text, style, tag.as_deref(), span);
                self.close(tree, anchor);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", span);
                self.begin(span, style, anchor, Inside::List(Vec::new()));
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", span);
                let inside = Inside::Map {
                    entries: Entries::default(),
                    key: Awaited::Key,
                    merged: Vec::new(),
                };
                self.begin(span, style, anchor, inside);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => return self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.findings.push(rules::unknown_alias::unknown(self.source, span, &name));
                self.close(Tree::new(Value::Null, span), 0);
            }
            _ => {}
        }
        Flow::Continue(())
    }

    fn begin(&mut self, start: Span, style: StructureStyle, anchor: usize, inside: Inside) {
        let flow = style == StructureStyle::Flow;
        self.open.push(Open { start, flow, anchor, inside });
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        // The end of a block collection is found only at what follows it: its last child ends it.
        let last = match &open.inside {
            Inside::List(items) => items.last().map(|item| item.place().end),
            Inside::Map { entries, .. } => entries.all.last().map(|(_, tree)| tree.place().end),
        };
        let end = if open.flow { span.end } else { last.unwrap_or(open.start.end) };
        let value = match open.inside {
            Inside::List(items) => Value::List(items),
            Inside::Map { mut entries, merged, .. } => {
                for (key, tree) in merged {
                    if entries.place(&key.name).is_none() {
                        entries.push(key, tree);
                    }
                }
                Value::Map(entries.all)
            }
        };
        let span = Span { start: open.start.start, end: end.max(open.start.start) };
        self.close(Tree::new(value, span), open.anchor);
    }

    /// A value is complete: it belongs to the innermost open collection.
    fn close(&mut self, tree: Tree, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, tree.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(tree);
            return;
        };
        let (entries, awaited, merged) = match &mut open.inside {
            Inside::List(items) => return items.push(tree),
            Inside::Map { entries, key, merged } => (entries, key, merged),
        };
        match std::mem::replace(awaited, Awaited::Key) {
            Awaited::Key => {
                *awaited = key(self.source, tree, entries, &mut self.findings)
                    .map_or(Awaited::Nothing, Awaited::Value);
            }
            Awaited::Value(key) if key.name == "<<" => {
                self.findings.push(rules::merge_key::found(self.source, &key, &tree));
                if let Value::Map(entries) = tree.value {
                    merged.extend(entries);
                }
            }
            Awaited::Value(key) => entries.push(key, tree),
            Awaited::Nothing => {}
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Flow {
        let Some(tree) = self.anchors.get(&id) else {
            // An anchor counts only once its value is complete: the alias stands inside it.
            self.findings.push(rules::unknown_alias::recursive(self.source, span));
            self.close(Tree::new(Value::Null, span), 0);
            return Flow::Continue(());
        };
        self.copied += tree.size();
        if self.copied > COPIES {
            self.findings.push(rules::alias_bomb::found(self.source, span, tree.span, COPIES));
            self.root = None;
            return Flow::Break(());
        }
        let copy = tree.used_at(span);
        self.close(copy, 0);
        Flow::Continue(())
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Tree {
        let style = match style {
            ScalarStyle::Plain if self.open.iter().any(|open| open.flow) => Style::PlainInFlow,
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            _ => Style::Quoted,
        };
        let plain = matches!(style, Style::Plain | Style::PlainInFlow);
        let as_text = match tag {
            None => !plain,
            Some(tag) => match tag.core_suffix() {
                Some("str") => true,
                Some("int" | "float" | "bool" | "null") => false,
                _ if is_non_specific(tag) => true,
                _ => {
                    self.check_tag(Some(tag), "str", span);
                    true
                }
            },
        };
        if as_text {
            return Tree::new(Value::Text(Text { text: text.into_owned(), style }), span);
        }
        match scalar::plain(&text, style) {
            Ok(value) => Tree::new(value, span),
            Err(reason) => {
                self.findings.push(rules::no_value(self.source, span, &text, reason));
                Tree::new(Value::Text(Text { text: text.into_owned(), style }), span)
            }
        }
    }

    fn check_tag(&mut self, tag: Option<&Tag>, expected: &str, span: Span) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(expected)
            && !is_non_specific(tag)
        {
            self.findings.push(rules::tag::found(self.source, span, &tag.original()));
        }
    }
}

/// `!` alone: what it stands before has the type that its form says.
fn is_non_specific(tag: &Tag) -> bool {
    tag.original() == "!"
}

/// The key that `tree` writes, unless it is none or stands there already.
fn key(source: &Arc<Source>, tree: Tree, known: &Entries, findings: &mut Findings) -> Option<Key> {
    let span = tree.place();
    let Value::Text(text) = tree.value else {
        findings.push(rules::key_not_text::found(source, &tree));
        return None;
    };
    if let Some(first) = known.place(&text.text) {
        findings.push(rules::duplicate_key::found(source, &text.text, first, span));
        return None;
    }
    Some(Key { name: text.text, span })
}
