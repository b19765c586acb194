//! What holds for a node and for all that stands inside it: pools, cache, doubt?

use super::Planner;
use super::graph::{Cache, Doubt, Pool, PoolIndex, Then};
use super::rules;
use crate::document::Document;
use crate::document::syntax::{CacheBlock, DoubtBlock, NodeBlock};

/// What the nodes around a place say of all that stands inside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Around {
    pub pools: Vec<PoolIndex>,
    pub cache: Cache,
    /// None where the run's holds.
    pub doubt: Option<Doubt>,
}

impl Planner<'_> {
    /// Takes the pools of a file. Of two with one name, the run's own prevails, else the first.
    pub(super) fn pools(&mut self, document: &Document) {
        for block in document.pools.iter().flat_map(|entry| &entry.value) {
            if self.pool(&block.name.value).is_none() {
                let name = block.name.value.clone();
                self.pools.push(Pool { name, limit: block.limit, rate: block.rate });
            }
        }
    }

    fn pool(&self, name: &str) -> Option<PoolIndex> {
        let position = self.pools.iter().position(|pool| pool.name == name)?;
        Some(PoolIndex(u32::try_from(position).expect("a file has far fewer pools")))
    }

    /// Goes inside a node; gives what held outside.
    pub(super) fn enter(&mut self, block: &NodeBlock) -> Around {
        let outside = self.around.clone();
        for name in block.pools.iter().flat_map(|entry| &entry.value) {
            match self.pool(&name.value) {
                Some(pool) if self.around.pools.contains(&pool) => {}
                Some(pool) => self.around.pools.push(pool),
                None => {
                    let known: Vec<_> = self.pools.iter().map(|pool| pool.name.as_str()).collect();
                    let finding =
                        rules::unknown_pool::found(self.source, name.span, &name.value, &known);
                    self.findings.push(finding);
                }
            }
        }
        if let Some(cache) = &block.cache {
            self.around.cache = match cache.value {
                CacheBlock::Auto => Cache::Auto,
                CacheBlock::Off => Cache::Off,
                CacheBlock::For(time) => Cache::For(time),
            };
        }
        if let Some(block) = &block.doubt {
            let outer = self.around.doubt.or(self.doubt);
            self.around.doubt = Some(doubt(&block.value, outer));
        }
        outside
    }
}

/// What `block` says; what it leaves open is as outside.
pub(super) fn doubt(block: &DoubtBlock, outside: Option<Doubt>) -> Doubt {
    let outside = outside.unwrap_or_default();
    let then = match block.then.as_deref() {
        None => outside.then,
        Some("write_off") => Then::WriteOff,
        Some("fail") => Then::Fail,
        Some(_) => Then::Ask,
    };
    Doubt {
        wait: block.wait.unwrap_or(outside.wait),
        then,
        auto_below: block.auto_below.unwrap_or(outside.auto_below),
    }
}
