//! With which tools can shots be planned, and what does one step with one of them come to?

use super::candidate::Draft;
use super::constraints::{Channel, Constraints};
use super::matrix::Rule;
use crate::vrd::tools::price::{self, Work};
use crate::vrd::tools::quality::Scale;
use crate::vrd::tools::{Category, Tool, ToolStack, ToolStatus};

/// What all shots are planned with.
pub struct Kit<'a> {
    pub stack: &'a ToolStack,
    pub constraints: &'a Constraints,
    pub rules: &'a [Rule],
    pub scale: Scale,
    /// Which tools may be used, by their place, or why not.
    pub usable: Vec<Result<(), String>>,
}

impl<'a> Kit<'a> {
    pub fn of(stack: &'a ToolStack, constraints: &'a Constraints, rules: &'a [Rule]) -> Self {
        let usable = stack.tools.iter().map(|tool| usable(tool, constraints)).collect();
        Self { stack, constraints, rules, scale: Scale::of(stack), usable }
    }

    /// The usable tools for `category`, in the stack's order.
    pub fn tools(&self, category: Category) -> impl Iterator<Item = (usize, &'a Tool)> {
        let tools = self.stack.tools.iter().enumerate();
        tools.filter(move |(index, tool)| self.usable[*index].is_ok() && tool.does(category))
    }

    pub(super) fn draft(
        &self,
        tool: usize,
        category: Category,
        work: &Work,
        purpose: &'static str,
    ) -> Option<Draft> {
        let known = &self.stack.tools[tool];
        let work = Work { takes: if category.is_generation() { work.takes } else { 1 }, ..*work };
        let price = price::of(known, category, &work)?;
        let (millis, is_estimated) = price::time(known, category, &price, work.length);
        Some(Draft {
            tool,
            category,
            purpose,
            length: work.length,
            micros: price.micros,
            millis: millis * i64::from(work.takes.max(1)),
            is_estimated,
            worst_millis: price::risk(known, &price),
            clips: price.clips,
            lines: work.lines,
            with_audio: work.with_audio,
            after: Vec::new(),
        })
    }

    /// A few tools for a side step: none that is dearer without being better.
    pub(super) fn shortlist(
        &self,
        category: Category,
        work: &Work,
        most: usize,
        purpose: &'static str,
        fits: impl Fn(&Tool) -> bool,
    ) -> Vec<Draft> {
        let mut drafts: Vec<(i64, Draft)> = self
            .tools(category)
            .filter(|(_, tool)| fits(tool))
            .filter_map(|(index, tool)| {
                let draft = self.draft(index, category, work, purpose)?;
                Some((self.scale.quality(tool, None).0, draft))
            })
            .collect();
        drafts.sort_by_key(|(quality, draft)| (draft.micros, -quality, draft.millis, draft.tool));
        let mut best = i64::MIN;
        drafts.retain(|(quality, _)| {
            let is_better = *quality > best;
            best = best.max(*quality);
            is_better
        });
        // The cheapest and the best stay, and those between them from the better end.
        while drafts.len() > most {
            drafts.remove(1);
        }
        drafts.into_iter().map(|(_, draft)| draft).collect()
    }
}

fn usable(tool: &Tool, constraints: &Constraints) -> Result<(), String> {
    let is_local = tool.category == Category::Assembly;
    if tool.status != ToolStatus::Active && tool.status != ToolStatus::Preview {
        return Err(format!("it is {}", tool.status));
    }
    if constraints.deny_tools.contains(&tool.tool_id) {
        return Err("it stands in `deny_tools`".into());
    }
    if !is_local
        && !constraints.allow_tools.is_empty()
        && !constraints.allow_tools.contains(&tool.tool_id)
    {
        return Err("it does not stand in `allow_tools`".into());
    }
    let channel = tool.pricing.channel.unwrap_or(Channel::VendorList);
    if constraints.private_data && channel != Channel::SelfHosted {
        return Err("private data may not leave this machine".into());
    }
    if constraints.channels.is_empty() {
        if tool.needs_own_gpu() && !constraints.private_data {
            return Err(
                "it needs a graphics processor of one's own: name `self_hosted` in `channels`"
                    .into(),
            );
        }
    } else if !is_local && !constraints.channels.contains(&channel) {
        return Err(format!("its channel `{channel}` does not stand in `channels`"));
    }
    Ok(())
}
