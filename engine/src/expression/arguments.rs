//! Do the arguments of a filter or function fit its signature?

use minijinja::machinery::ast;

use super::parse::{Reader, syntax};
use super::tree::{Arguments, Node};
use super::words::{Parameter, Signature, Sort, Takes, Test, signatures};
use super::{Fault, FaultKind};
use crate::diagnostic::nearest;
use crate::source::Span;

impl Reader<'_> {
    /// What was given, each at its parameter.
    pub(super) fn arguments(
        &self,
        signature: &'static Signature,
        given: &[ast::CallArg<'_>],
        span: Span,
        depth: usize,
    ) -> Result<Arguments, Fault> {
        let name = signature.name;
        let mut slots: Vec<Option<Node>> = signature.parameters.iter().map(|_| None).collect();
        for (position, argument) in given.iter().enumerate() {
            let (slot, value) = match argument {
                ast::CallArg::Pos(value) => (position, value),
                ast::CallArg::Kwarg(keyword, value) => {
                    let known = signature.parameters.iter().map(|parameter| parameter.name);
                    match known.clone().position(|known| known == *keyword) {
                        Some(slot) => (slot, value),
                        None => return Err(no_parameter(name, keyword, known, span)),
                    }
                }
                ast::CallArg::PosSplat(_) | ast::CallArg::KwargSplat(_) => {
                    return Err(syntax("`*` spreads nothing here: name each argument", span));
                }
            };
            let (Some(free), Some(parameter)) =
                (slots.get_mut(slot), signature.parameters.get(slot))
            else {
                let message = format!("`{name}` takes {}", amount_of(signature.parameters));
                return Err(syntax(message, span));
            };
            if free.is_some() {
                let message = format!("`{name}` is given `{}` twice", parameter.name);
                return Err(syntax(message, span));
            }
            let value = self.node(value, depth)?;
            written_out(name, parameter, &value)?;
            *free = Some(value);
        }
        complete(signature, slots, span)
    }
}

fn no_parameter(
    of: &str,
    keyword: &str,
    known: impl Iterator<Item = &'static str>,
    span: Span,
) -> Fault {
    let message = format!("`{of}` has no argument called `{keyword}`");
    let fault = Fault::new(FaultKind::UnknownFunction, span, message);
    match nearest(keyword, known) {
        Some(known) => fault.help(format!("write `{known}`")),
        None => fault,
    }
}

pub(super) fn unknown(sort: Sort, name: &str, span: Span) -> Fault {
    let noun = match sort {
        Sort::Filter => "filter",
        Sort::Test => "test",
        Sort::Function => "function",
    };
    let fault =
        Fault::new(FaultKind::UnknownFunction, span, format!("there is no {noun} called `{name}`"));
    if let Some(help) = habit(sort, name) {
        return fault.help(help);
    }
    let known = signatures().filter(|signature| signature.sort == sort);
    let known: Vec<&str> = known.map(|signature| signature.name).collect();
    match nearest(name, known.iter().copied()) {
        Some(known) => fault.help(format!("write `{known}`")),
        None => fault.help(format!("the {noun}s are: {}", known.join(", "))),
    }
}

/// What to write for a word of Jinja that the language does not have.
fn habit(sort: Sort, name: &str) -> Option<&'static str> {
    Some(match (sort, name) {
        (Sort::Filter, "d") => "write `default`",
        (Sort::Filter, "count") => "write `length`",
        (Sort::Filter, "select" | "reject") => "write `selectattr` or `rejectattr`",
        (Sort::Test, "null") => "write `none`",
        (Sort::Test, "defined") => {
            "write `is not none`: every name in sight has a value or is null"
        }
        (Sort::Test, "undefined") => "write `is none`: every name in sight has a value or is null",
        (Sort::Function, "len") => "write `x | length`",
        (Sort::Function, "default") => "write `x | default(y)`",
        _ => return None,
    })
}

fn amount_of(parameters: &[Parameter]) -> String {
    match parameters.len() {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        many => format!("at most {many} arguments"),
    }
}

fn complete(
    signature: &'static Signature,
    slots: Vec<Option<Node>>,
    span: Span,
) -> Result<Arguments, Fault> {
    let missing = signature.parameters.iter().zip(&slots).find(|(p, s)| p.required && s.is_none());
    if let Some((parameter, _)) = missing {
        let message = format!("`{}` needs its `{}`", signature.name, parameter.name);
        return Err(syntax(message, span));
    }
    let arguments = Arguments(slots);
    if matches!(signature.name, "selectattr" | "rejectattr") {
        let test = arguments.get(1).and_then(Node::as_text);
        let wants_value = !matches!(test, None | Some("none"));
        if wants_value != arguments.get(2).is_some() {
            let test = test.unwrap_or_default();
            let message = if wants_value {
                format!("the test `{test}` needs a value to compare with")
            } else {
                format!("the test `{test}` takes no value")
            };
            return Err(syntax(message, span));
        }
    }
    Ok(arguments)
}

/// A path or a test must stand there as a text, so that its type is known before the run.
fn written_out(of: &str, parameter: &Parameter, value: &Node) -> Result<(), Fault> {
    let text = value.as_text();
    match (parameter.takes, text) {
        (Takes::Test, Some(name)) if Test::named(name).is_none() => {
            Err(unknown(Sort::Test, name, value.span))
        }
        (Takes::Path, Some(path)) if path.split('.').any(str::is_empty) => {
            let message = format!("`{path}` is no path such as `scene.order`");
            Err(syntax(message, value.span))
        }
        (Takes::Test | Takes::Path, None) => {
            let message = format!("the `{}` of `{of}` is a text in quotes", parameter.name);
            Err(syntax(message, value.span))
        }
        (Takes::Boolean, Some(path)) => {
            let message = format!("the `{}` of `{of}` is true or false", parameter.name);
            let fault = syntax(message, value.span);
            Err(fault.help(format!("write `{of}(attribute='{path}')` for a path")))
        }
        _ => Ok(()),
    }
}
