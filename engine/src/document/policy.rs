//! How are the keys read that say what happens when something fails, costs too much, or asks for a person?

use std::time::Duration;

use super::fields::{Field, Reader, entry};
use super::rules;
use super::syntax::{
    AmountBlock, ApproveBlock, BudgetBlock, BudgetForm, CacheBlock, CallBlock, DoubtBlock, Entry,
    FallbackBlock, RetryBlock,
};
use super::tree::Value;
use crate::money::Usd;
use crate::source::Spanned;
use crate::time::parse_duration;

/// More attempts than these are a loop without an end.
const ATTEMPTS: u32 = 1000;
const AMOUNT: &str = "write an amount like `5 USD`";

impl Reader<'_> {
    pub(super) fn retry(&mut self, field: Field<'_>) -> Option<Entry<RetryBlock>> {
        let mut fields = self.fields(field.1, "retry")?;
        let attempts = fields.take("attempts").and_then(|field| self.count(field, ATTEMPTS));
        let backoff = fields.take("backoff").and_then(|field| self.backoff(field));
        let errors = fields.take("errors").and_then(|field| self.names(field, "errors"));
        self.finish(fields, "a `retry`", &["attempts", "backoff", "errors"]);
        let attempts = attempts.and_then(|attempts| u16::try_from(attempts).ok());
        Some(entry(field, RetryBlock { attempts, backoff, errors }))
    }

    /// `2s..60s`, or one duration for every pause.
    fn backoff(&mut self, field: Field<'_>) -> Option<(Duration, Duration)> {
        let text = self.literal(field)?;
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        match (parse_duration(least), parse_duration(most)) {
            (Ok(least), Ok(most)) if least <= most => Some((least, most)),
            (Ok(_), Ok(_)) => self.bad(
                field.1,
                format!("`{text}` ends before it begins"),
                "write the shorter pause first",
            ),
            _ => {
                let message = format!("`{text}` is not a range of pauses");
                self.bad(field.1, message, "write it like `2s..60s`")
            }
        }
    }

    /// A list of words.
    fn names(&mut self, (key, tree): Field<'_>, what: &str) -> Option<Vec<Spanned<String>>> {
        let Value::List(items) = &tree.value else {
            return self.wrong(tree, what, "a list of words");
        };
        let mut names = Vec::new();
        for item in items {
            let name = self.literal((key, item));
            names.extend(name.map(|name| Spanned::new(name.to_owned(), item.place())));
        }
        Some(names)
    }

    /// `pool: gpu`, or a list of them.
    pub(super) fn pool_names(&mut self, field: Field<'_>) -> Option<Entry<Vec<Spanned<String>>>> {
        let names = match &field.1.value {
            Value::List(_) => self.names(field, "pool")?,
            _ => vec![Spanned::new(self.literal(field)?.to_owned(), field.1.place())],
        };
        Some(entry(field, names))
    }

    pub(super) fn cache(&mut self, field: Field<'_>) -> Option<Entry<CacheBlock>> {
        if !matches!(field.1.value, Value::Map(_)) {
            let words = [("auto", CacheBlock::Auto), ("off", CacheBlock::Off)];
            return Some(entry(field, self.word(field, &words)?));
        }
        let mut fields = self.fields(field.1, "cache")?;
        if fields.key("ttl").is_none() {
            let at = field.0.span;
            self.report(rules::missing_key::found(self.source, at, "a `cache`", "ttl", "ttl: 30d"));
        }
        let ttl = fields.take("ttl").and_then(|field| self.duration(field));
        self.finish(fields, "a `cache`", &["ttl"]);
        Some(entry(field, CacheBlock::For(ttl?)))
    }

    pub(super) fn doubt(&mut self, field: Field<'_>) -> Option<Entry<DoubtBlock>> {
        let mut fields = self.fields(field.1, "doubt")?;
        let words = [("ask", "ask"), ("write_off", "write_off"), ("fail", "fail")];
        let doubt = DoubtBlock {
            wait: fields.take("wait").and_then(|field| self.duration(field)),
            then: fields.take("then").and_then(|field| self.word(field, &words)).map(str::to_owned),
            auto_below: fields.take("auto_below").and_then(|field| self.usd(field)),
        };
        self.finish(fields, "a `doubt`", &["wait", "then", "auto_below"]);
        Some(entry(field, doubt))
    }

    /// An amount for the whole, or a map that says more.
    pub(super) fn budget(&mut self, field: Field<'_>) -> Option<Entry<BudgetBlock>> {
        if !matches!(field.1.value, Value::Map(_)) {
            let limit = Some(self.amount(field)?);
            let form = BudgetForm::Short;
            return Some(entry(field, BudgetBlock { form, limit, ..BudgetBlock::default() }));
        }
        let mut fields = self.fields(field.1, "budget")?;
        let exceed = [("finish", "finish"), ("stop", "stop"), ("ask", "ask"), ("fail", "fail")];
        let unpriced = [("deny", "deny"), ("allow", "allow")];
        let budget = BudgetBlock {
            form: BudgetForm::Long,
            limit: fields.take("limit").and_then(|field| self.amount(field)),
            each: fields.take("each").and_then(|field| self.amount(field)),
            warn: fields.take("warn").and_then(|field| self.percent(field)),
            on_exceed: fields
                .take("on_exceed")
                .and_then(|field| self.word(field, &exceed))
                .map(str::to_owned),
            unpriced: fields
                .take("unpriced")
                .and_then(|field| self.word(field, &unpriced))
                .map(str::to_owned),
        };
        let known = ["limit", "each", "warn", "on_exceed", "unpriced"];
        self.finish(fields, "a `budget`", &known);
        Some(entry(field, budget))
    }

    pub(super) fn amount(&mut self, field: Field<'_>) -> Option<AmountBlock> {
        match &field.1.value {
            Value::Text(text) if text.text.contains("${{") => {
                Some(AmountBlock::Computed(self.value(field.1)))
            }
            _ => {
                let amount = self.usd(field)?;
                if amount < Usd::ZERO {
                    return self.bad(field.1, "nobody can spend less than nothing".into(), AMOUNT);
                }
                Some(AmountBlock::Written(amount))
            }
        }
    }

    fn usd(&mut self, field: Field<'_>) -> Option<Usd> {
        if let Some(finding) = rules::no_currency::found(self.source, field.1) {
            self.report(finding);
            return None;
        }
        self.parsed(field, AMOUNT)
    }

    fn percent(&mut self, field: Field<'_>) -> Option<u8> {
        let text = self.literal(field)?;
        let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<u8>().ok());
        match percent.filter(|percent| (1..=100).contains(percent)) {
            Some(percent) => Some(percent),
            None => self.bad(field.1, format!("`{text}` is not a share"), "write it like `80%`"),
        }
    }

    /// Alternatives in order: other calls, or plain values.
    pub(super) fn fallback(&mut self, field: Field<'_>) -> Option<Entry<Vec<FallbackBlock>>> {
        let Value::List(items) = &field.1.value else {
            return self.wrong(field.1, "fallback", "a list of alternatives");
        };
        if items.is_empty() {
            let empty = rules::node_shape::alternative(self.source, field.1.place(), "is missing");
            self.report(empty);
        }
        let mut alternatives = Vec::new();
        for item in items {
            let Some(mut fields) = self.fields(item, "fallback") else { continue };
            let other = ["use", "with", "provider", "model"];
            let calls = other.iter().any(|key| fields.key(key).is_some());
            let gives = fields.key("value").is_some();
            let problem = match (calls, gives) {
                (true, true) => Some("is both a call and a `value`"),
                (false, false) => Some("says nothing else than the node"),
                _ => None,
            };
            if let Some(problem) = problem {
                self.report(rules::node_shape::alternative(self.source, item.place(), problem));
            }
            let call = self.call(&mut fields);
            let value = fields.take("value").map(|(_, tree)| self.value(tree));
            let known = ["use", "with", "provider", "model", "value"];
            self.finish(fields, "an alternative", &known);
            alternatives
                .push(value.map_or(FallbackBlock::Call(Box::new(call)), FallbackBlock::Value));
        }
        Some(entry(field, alternatives))
    }

    pub(super) fn undo(&mut self, field: Field<'_>) -> Option<Entry<Box<CallBlock>>> {
        let mut fields = self.fields(field.1, "undo")?;
        if fields.key("use").is_none() {
            let at = field.0.span;
            let example = "use: http/request";
            self.report(rules::missing_key::found(self.source, at, "an `undo`", "use", example));
        }
        let call = self.call(&mut fields);
        self.finish(fields, "an `undo`", &["use", "with", "provider", "model"]);
        Some(entry(field, Box::new(call)))
    }

    pub(super) fn approve(&mut self, field: Field<'_>) -> Option<Entry<Box<ApproveBlock>>> {
        let mut fields = self.fields(field.1, "approve")?;
        if fields.key("ask").is_none() {
            let at = field.0.span;
            let example = "ask: Go on?";
            let finding =
                rules::missing_key::found(self.source, at, "an `approve`", "ask", example);
            self.report(finding);
        }
        if let (Some(choices), Some(schema)) = (fields.key("choices"), fields.key("schema")) {
            self.report(rules::node_shape::two_answers(self.source, choices, schema));
        }
        let mut value =
            |reader: &mut Self, name: &str| fields.take(name).map(|(_, tree)| reader.value(tree));
        let (ask, show) = (value(self, "ask"), value(self, "show"));
        let (choices, schema) = (value(self, "choices"), value(self, "schema"));
        let otherwise = value(self, "else");
        let above = fields.take("above").and_then(|field| self.amount(field));
        let timeout = fields.take("timeout").and_then(|field| self.duration(field));
        let known = ["ask", "show", "choices", "schema", "above", "timeout", "else"];
        self.finish(fields, "an `approve`", &known);
        let approve = ApproveBlock { ask, show, choices, schema, above, timeout, otherwise };
        Some(entry(field, Box::new(approve)))
    }
}
