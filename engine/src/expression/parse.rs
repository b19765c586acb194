//! Is this text an expression, and of what is it made?
//!
//! minijinja parses; what its grammar has and the language has not is refused here, with a place. Its parser recurses,
//! so texts that would let it recurse far are refused by their tokens alone.

use minijinja::machinery::{Token, ast, parse_expr, tokenize};
use minijinja::syntax::SyntaxConfig;
use serde_json::Value as Json;

use super::arguments::unknown;
use super::tree::{Kind, Node};
use super::words::{Filter, Function, Sort, Test};
use super::{Fault, FaultKind, operators};
use crate::source::Span;

/// The longest text of an expression, in bytes.
const MAX_LENGTH: usize = 8192;
/// How deep brackets may stand in each other.
const MAX_BRACKETS: usize = 32;
/// How many of `-`, `not` and `else` an expression may have: each is one recursion of the parser.
const MAX_PREFIXES: usize = 64;
/// How deep an expression may be.
const MAX_DEPTH: usize = 128;

/// The tree of `text`, whose places are those of the file: `text` stands at `span`.
pub(super) fn parse(text: &str, span: Span) -> Result<Node, Fault> {
    let reader = Reader::new(text, span);
    reader.short().map_or_else(|| reader.full(), Ok)
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    span: Span,
    /// The text stands in the file as it is, byte by byte; without escapes or indentation in between.
    straight: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, span: Span) -> Self {
        Self { text, span, straight: span.range().len() == text.len() }
    }

    /// The tree by minijinja's grammar.
    pub(super) fn full(&self) -> Result<Node, Fault> {
        if self.text.trim().is_empty() {
            return Err(syntax("an expression is missing", self.span));
        }
        if self.text.trim_start().starts_with("${{") {
            let message = "`${{ }}` stands around an expression that is read as one";
            let fault = syntax(message, self.span);
            return Err(fault.help("write the expression without `${{` and `}}`"));
        }
        self.guard()?;
        let tree = parse_expr(self.text).map_err(|error| self.refused(&error))?;
        self.node(&tree, 0)
    }

    /// Where the bytes from `start` to `end` of the text stand in the file.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        if self.straight { Span::new(start..end).within(self.span) } else { self.span }
    }

    fn span_of(&self, span: minijinja::machinery::Span) -> Span {
        self.place(span.start_offset as usize, span.end_offset as usize)
    }

    /// Refuses what would take the parser too deep.
    fn guard(&self) -> Result<(), Fault> {
        if self.text.len() > MAX_LENGTH {
            return Err(syntax("the expression is longer than 8192 bytes", self.span));
        }
        let (mut brackets, mut prefixes) = (0_usize, 0);
        let signs = self.text.bytes().filter(|sign| b"([{-".contains(sign)).count();
        // Most expressions have so few signs and words that no token need be looked at.
        if signs + self.text.len() / "not ".len() <= MAX_BRACKETS {
            return Ok(());
        }
        // A faulty token ends the look; the parser tells.
        for (token, span) in
            tokenize(self.text, true, SyntaxConfig::default()).map_while(Result::ok)
        {
            match token {
                Token::BracketOpen | Token::ParenOpen | Token::BraceOpen => brackets += 1,
                Token::BracketClose | Token::ParenClose | Token::BraceClose => {
                    brackets = brackets.saturating_sub(1);
                }
                Token::Minus | Token::Ident("not" | "else") => prefixes += 1,
                _ => {}
            }
            if brackets > MAX_BRACKETS || prefixes > MAX_PREFIXES {
                return Err(too_deep(self.span_of(span)));
            }
        }
        Ok(())
    }

    /// What minijinja says, in our words and with the mistakes of other languages recognised.
    fn refused(&self, error: &minijinja::Error) -> Fault {
        let range = error.range().unwrap_or(0..self.text.len());
        // Minijinja may point into a sign of several bytes.
        let start = self.text.floor_char_boundary(range.start);
        let span = self.place(start, self.text.ceil_char_boundary(range.end).max(start));
        let fault = syntax(error.detail().unwrap_or("this is no expression"), span);
        let habits = [
            ("&&", "write `and` for `&&`"),
            ("||", "write `or` for `||`"),
            ("??", "write `x | default(y)` for `x ?? y`"),
            ("===", "write `==` for `===`"),
            (" ? ", "write `x if condition else y` for `condition ? x : y`"),
            ("!", "write `not` for `!`"),
            ("=>", "write `>=` for `=>`"),
        ];
        // Only around the fault: elsewhere the signs may stand inside a text.
        let near = self.text.get(range.start.saturating_sub(3)..).unwrap_or(self.text);
        let near: String = near.chars().take(8).collect();
        match habits.iter().find(|(sign, _)| near.contains(sign)) {
            Some((_, help)) => fault.help(*help),
            None if near.contains('=') && !near.contains("==") => {
                fault.help("write `==` to compare")
            }
            None => fault,
        }
    }

    fn nodes(&self, parts: &[ast::Expr<'_>], depth: usize) -> Result<Vec<Node>, Fault> {
        parts.iter().map(|part| self.node(part, depth)).collect()
    }

    pub(super) fn boxed(&self, part: &ast::Expr<'_>, depth: usize) -> Result<Box<Node>, Fault> {
        self.node(part, depth).map(Box::new)
    }

    pub(super) fn node(&self, expr: &ast::Expr<'_>, depth: usize) -> Result<Node, Fault> {
        // minijinja starts some spans at the token before, or within: those of the parts are joined below.
        let span = self.span_of(expr.span());
        if depth >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        let depth = depth + 1;
        let kind = match expr {
            ast::Expr::Var(name) if name.id == "null" => Kind::Constant(Json::Null),
            ast::Expr::Var(name) => Kind::Name(name.id.to_owned()),
            ast::Expr::Const(written) => Kind::Constant(constant(&written.value, span)?),
            ast::Expr::GetAttr(get) => {
                Kind::Field(self.boxed(&get.expr, depth)?, get.name.to_owned())
            }
            ast::Expr::GetItem(get) => self.item(get, depth)?,
            ast::Expr::Slice(slice) => self.slice(slice, depth)?,
            ast::Expr::UnaryOp(unary) => self.unary(unary, depth)?,
            ast::Expr::BinOp(binary) => self.binary(binary, depth)?,
            ast::Expr::Compare(compare) => {
                let rest = compare
                    .ops
                    .iter()
                    .map(|op| Ok((operators::comparison(op.op), self.node(&op.expr, depth)?)));
                let rest = rest.collect::<Result<_, Fault>>()?;
                Kind::Compare(self.boxed(&compare.expr, depth)?, rest)
            }
            ast::Expr::IfExpr(choice) => Kind::If {
                condition: self.boxed(&choice.test_expr, depth)?,
                then: self.boxed(&choice.true_expr, depth)?,
                otherwise: match &choice.false_expr {
                    Some(part) => Some(self.boxed(part, depth)?),
                    None => None,
                },
            },
            ast::Expr::Filter(filter) => self.filter(filter, span, depth)?,
            ast::Expr::Test(test) => self.test(test, span, depth)?,
            ast::Expr::Call(call) => self.call(call, span, depth)?,
            ast::Expr::List(list) => Kind::List(self.nodes(&list.items, depth)?),
            ast::Expr::Tuple(_) => {
                let fault = syntax("round brackets hold one expression", span);
                return Err(fault.help("write a list with `[` and `]`"));
            }
            ast::Expr::Map(map) => self.object(map, depth)?,
        };
        Ok(self.joined(kind, span, expr))
    }

    /// A node from where its first part starts.
    fn joined(&self, kind: Kind, span: Span, expr: &ast::Expr<'_>) -> Node {
        let mut node = Node::new(kind, span);
        let first = node.children().iter().map(|child| child.span.start).min();
        if let Some(first) = first.filter(|_| self.straight) {
            node.span.start = match expr {
                // Their spans start too early or too late.
                ast::Expr::Compare(_) | ast::Expr::BinOp(_) | ast::Expr::IfExpr(_) => first,
                _ => first.min(span.start),
            };
        }
        node
    }

    fn item(&self, get: &ast::GetItem<'_>, depth: usize) -> Result<Kind, Fault> {
        let of = self.boxed(&get.expr, depth)?;
        let index = self.boxed(&get.subscript_expr, depth)?;
        Ok(match index.as_text() {
            Some(field) => Kind::Field(of, field.to_owned()),
            None => Kind::Item(of, index),
        })
    }

    fn slice(&self, slice: &ast::Slice<'_>, depth: usize) -> Result<Kind, Fault> {
        let bound = |part: &Option<ast::Expr<'_>>| match part {
            Some(part) => self.boxed(part, depth).map(Some),
            None => Ok(None),
        };
        let bounds = [bound(&slice.start)?, bound(&slice.stop)?, bound(&slice.step)?];
        Ok(Kind::Slice(self.boxed(&slice.expr, depth)?, bounds))
    }

    fn filter(&self, filter: &ast::Filter<'_>, span: Span, depth: usize) -> Result<Kind, Fault> {
        let Some(found) = Filter::named(filter.name) else {
            return Err(unknown(Sort::Filter, filter.name, span));
        };
        let Some(of) = &filter.expr else {
            return Err(syntax("a filter stands behind a value, as in `x | first`", span));
        };
        let arguments = self.arguments(found.signature(), &filter.args, span, depth)?;
        Ok(Kind::Filter(found, self.boxed(of, depth)?, arguments))
    }

    fn test(&self, test: &ast::Test<'_>, span: Span, depth: usize) -> Result<Kind, Fault> {
        let of = self.boxed(&test.expr, depth)?;
        match (Test::named(test.name), test.args.as_slice()) {
            (Some(Test::None), []) => Ok(Kind::IsNone(of)),
            (Some(Test::Compare(comparison)), [ast::CallArg::Pos(other)]) => {
                Ok(Kind::Compare(of, vec![(comparison, self.node(other, depth)?)]))
            }
            (Some(Test::None), _) => Err(syntax("`is none` takes nothing behind it", span)),
            (Some(_), _) => {
                let message = format!("`is {}` takes one value behind it", test.name);
                Err(syntax(message, span))
            }
            (None, _) => Err(unknown(Sort::Test, test.name, span)),
        }
    }

    fn call(&self, call: &ast::Call<'_>, span: Span, depth: usize) -> Result<Kind, Fault> {
        match &call.expr {
            ast::Expr::Var(name) => match Function::named(name.id) {
                Some(function) => {
                    let signature = function.signature();
                    self.arguments(signature, &call.args, span, depth)
                        .map(|arguments| Kind::Call(function, arguments))
                }
                None => Err(unknown(Sort::Function, name.id, self.span_of(name.span()))),
            },
            ast::Expr::GetAttr(get) => {
                let message = format!("`.{}(…)` calls a method, and values have none", get.name);
                let fault = syntax(message, span);
                Err(match Filter::named(get.name) {
                    Some(_) => fault.help(format!("write `| {}`", get.name)),
                    None => fault,
                })
            }
            _ => Err(syntax("only a function can be called", span)),
        }
    }

    fn object(&self, map: &ast::Map<'_>, depth: usize) -> Result<Kind, Fault> {
        let mut fields: Vec<(String, Node)> = Vec::new();
        for (key, value) in map.keys.iter().zip(&map.values) {
            let span = self.span_of(key.span());
            let key = self.node(key, depth)?;
            let Some(name) = key.as_text() else {
                let fault = syntax("the keys of an object are texts", span);
                return Err(fault.help("put the key in quotes"));
            };
            if fields.iter().any(|(known, _)| known == name) {
                return Err(syntax(format!("the key `{name}` stands here twice"), span));
            }
            fields.push((name.to_owned(), self.node(value, depth)?));
        }
        Ok(Kind::Object(fields))
    }
}

pub(super) fn syntax(message: impl Into<String>, span: Span) -> Fault {
    Fault::new(FaultKind::Syntax, span, message)
}

fn too_deep(span: Span) -> Fault {
    syntax("the expression is nested too deep", span)
        .help("give a part of it to a node with `use: value`, and read that node here")
}

fn constant(value: &minijinja::Value, span: Span) -> Result<Json, Fault> {
    if value.is_none() {
        return Ok(Json::Null);
    }
    if let Some(text) = value.as_str() {
        return Ok(Json::from(text));
    }
    if value.kind() == minijinja::value::ValueKind::Bool {
        return Ok(Json::Bool(value.is_true()));
    }
    if value.is_integer() {
        return match u64::try_from(value.clone()) {
            Ok(integer) => Ok(Json::from(integer)),
            Err(_) => Err(syntax("the integer needs more than 64 bits", span)),
        };
    }
    let number = f64::try_from(value.clone()).ok().and_then(serde_json::Number::from_f64);
    number.map(Json::Number).ok_or_else(|| syntax("the number is too large", span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> Fault {
        parse(text, Span::new(0..text.len())).expect_err(text)
    }

    #[test]
    fn what_only_jinja_has_is_refused_with_what_to_write() {
        let cases = [
            "draft.title | upper",
            "draft.title.upper()",
            "draft.scenes | select('even')",
            "draft is defined",
            "len(draft.scenes)",
            "draft.scenes | sort('order')",
            "draft.scenes | sort(by='order')",
            "draft.scenes | map()",
            "(1, 2)",
            "{1: 2}",
            "range(*some)",
            "flag && flag",
            "flag ? 1 : 2",
            "cost = limit",
            "draft.scenes | lenght",
            "${{ draft }}",
            "",
            "draft.",
            "draft.scenes[",
            "18446744073709551616",
            "1 +",
            "draft.scenes | selectattr('id', 'in')",
            "draft.title | default",
            "draft|s\u{489}x",
        ];
        let mut page = String::new();
        for text in cases {
            let fault = refused(text);
            let marked = text.get(fault.span.range()).unwrap_or_default();
            page.extend([text, "\n  at `", marked, "`: ", &fault.message, "\n"]);
            page.extend(fault.help.map(|help| format!("  help: {help}\n")));
        }
        insta::assert_snapshot!(page, @r"
        draft.title | upper
          at `upper`: there is no filter called `upper`
          help: the filters are: chain, compact, default, first, flatten, items, join, last, length, map, rejectattr, selectattr, sort, unique
        draft.title.upper()
          at `.upper()`: `.upper(…)` calls a method, and values have none
        draft.scenes | select('even')
          at `select('even')`: there is no filter called `select`
          help: write `selectattr` or `rejectattr`
        draft is defined
          at `defined`: there is no test called `defined`
          help: write `is not none`: every name in sight has a value or is null
        len(draft.scenes)
          at `len`: there is no function called `len`
          help: write `x | length`
        draft.scenes | sort('order')
          at `'order'`: the `reverse` of `sort` is true or false
          help: write `sort(attribute='order')` for a path
        draft.scenes | sort(by='order')
          at `sort(by='order')`: `sort` has no argument called `by`
        draft.scenes | map()
          at `map()`: `map` needs its `attribute`
        (1, 2)
          at `(1, 2)`: round brackets hold one expression
          help: write a list with `[` and `]`
        {1: 2}
          at `1`: the keys of an object are texts
          help: put the key in quotes
        range(*some)
          at `range(*some)`: `*` spreads nothing here: name each argument
        flag && flag
          at `&`: unexpected character
          help: write `and` for `&&`
        flag ? 1 : 2
          at `?`: unexpected character
          help: write `x if condition else y` for `condition ? x : y`
        cost = limit
          at `=`: unexpected input after expression
          help: write `==` to compare
        draft.scenes | lenght
          at `lenght`: there is no filter called `lenght`
          help: write `length`
        ${{ draft }}
          at `${{ draft }}`: `${{ }}` stands around an expression that is read as one
          help: write the expression without `${{` and `}}`

          at ``: an expression is missing
        draft.
          at `.`: unexpected end of input, expected identifier or integer
        draft.scenes[
          at `[`: unexpected end of input, expected expression
        18446744073709551616
          at `18446744073709551616`: the integer needs more than 64 bits
        1 +
          at `+`: unexpected end of input, expected expression
        draft.scenes | selectattr('id', 'in')
          at `selectattr('id', 'in')`: the test `in` needs a value to compare with
        draft.title | default
          at `default`: `default` needs its `value`
        draft|s҉x
          at `҉`: unexpected character
        ");
    }

    #[test]
    fn a_deep_text_is_refused_and_never_overflows() {
        for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("not ", ""), ("{'a':", "}")] {
            let text = open.repeat(900) + "1" + &close.repeat(900);
            refused(&text);
        }
        refused(&("a".to_owned() + &".a".repeat(3000)));
        refused(&"1 if flag else ".repeat(400));
        refused(&"1".repeat(9000));
    }
}
