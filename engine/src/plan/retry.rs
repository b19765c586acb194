//! How often and how long is a node tried?

use std::time::Duration;

use super::Planner;
use super::graph::Retry;
use super::rules;
use crate::document::syntax::{NodeBlock, RetryBlock};
use crate::kind::Class;

/// The attempts of a `retry` that does not say how many.
const ATTEMPTS: u16 = 3;

/// What of a node concerns its attempts.
#[derive(Clone)]
pub(super) struct Attempts {
    pub retry: Retry,
    pub timeout: Option<Duration>,
}

impl Planner<'_> {
    pub(super) fn attempts(&mut self, block: &NodeBlock) -> Attempts {
        let timeout = block.timeout.as_ref().map(|entry| entry.value);
        Attempts { retry: self.retry(block), timeout }
    }

    fn retry(&mut self, block: &NodeBlock) -> Retry {
        let Some(RetryBlock { attempts, backoff, errors }) =
            block.retry.as_ref().map(|entry| &entry.value)
        else {
            return Retry::default();
        };
        let errors = errors.as_ref().map(|words| {
            let mut classes = Vec::new();
            for word in words {
                if let Some(class) = Class::ALL.into_iter().find(|class| class.word() == word.value)
                {
                    classes.push(class);
                    continue;
                }
                let known: Vec<_> = Class::ALL.iter().map(|class| class.word()).collect();
                let finding =
                    rules::unknown_word::found(self.source, word.span, &word.value, &known);
                self.findings.push(finding);
            }
            classes
        });
        Retry {
            attempts: attempts.unwrap_or(ATTEMPTS),
            least: backoff.map(|(least, _)| least),
            most: backoff.map(|(_, most)| most),
            errors,
        }
    }
}
