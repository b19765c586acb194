//! Which sentences carry a text?
//!
//! Sentences that share rare words are neighbours in a graph; the ones that a random walk over it meets most often
//! say what the text is about (TF-IDF, cosine, `PageRank`). No model, no chance: equal text, equal ranks.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// Sentences less alike than this are no neighbours.
const ALIKE: f64 = 0.08;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 30;

/// How sentences relate to each other and to the whole.
pub(super) struct Ranking {
    /// By sentence: 1 for the average one.
    pub rank: Vec<f64>,
    vectors: Vec<BTreeMap<usize, f64>>,
}

impl Ranking {
    pub(super) fn of(sentences: &[&str], language: &str) -> Self {
        let vectors = vectors(sentences, language);
        let edges = edges(&vectors);
        let rank = walk(&edges);
        Self { rank, vectors }
    }

    /// How alike two sentences are, from 0 to 1.
    pub(super) fn likeness(&self, a: usize, b: usize) -> f64 {
        dot(&self.vectors[a], &self.vectors[b])
    }
}

/// The content words of `text`, reduced to their stems.
pub(super) fn stems(text: &str, language: &str) -> Vec<String> {
    let stemmer = algorithm(language).map(Stemmer::create);
    let stem = |word: String| match &stemmer {
        Some(stemmer) => stemmer.stem(&word).into_owned(),
        None => word,
    };
    text.unicode_words()
        .map(str::to_lowercase)
        .filter(|word| !is_stop_word(word, language))
        .map(stem)
        .collect()
}

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "en" => Algorithm::English,
        "de" => Algorithm::German,
        "fr" => Algorithm::French,
        "es" => Algorithm::Spanish,
        "it" => Algorithm::Italian,
        "pt" => Algorithm::Portuguese,
        "nl" => Algorithm::Dutch,
        _ => return None,
    })
}

const STOP_WORDS: &str = " a about above across after again against ago all almost along already also although always am among an another any anything and any are as at be became because become been before behind being \
    below between both but by can cannot could did do does doing down during each either else enough even ever every everyone everything few first for from further get had has \
    have having he her here hers herself him himself his how however i if in indeed instead into is it its itself just last later least less let like made make many \
    may me might more most much must my myself near nearly never next no nobody none nor not nothing now of off often on once one only or other our ours out over own per perhaps quite \
    rather same say said says she should since so some somewhere soon still such than that the their theirs them themselves then there these \
    they this those through thus to together too toward towards under unless until up upon us use used uses using very was we well were what when whenever where wherever whether \
    which while who whom why will with within without would yes yet you your yours \
    zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million \
    billion second third half once twice far down back away ";

/// Whether `word`, in lower case, says nothing by itself.
pub(super) fn is_stop_word(word: &str, language: &str) -> bool {
    let list = match language {
        "en" | "" => STOP_WORDS,
        other => crate::document::language::common_words(other),
    };
    let bare = word.split(['\'', '’']).next().unwrap_or(word);
    list.split_ascii_whitespace().any(|stop| stop == bare) || bare.is_empty()
}

/// Unit vectors of weighted stems.
fn vectors(sentences: &[&str], language: &str) -> Vec<BTreeMap<usize, f64>> {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut found_in: Vec<u32> = Vec::new();
    let counted: Vec<BTreeMap<usize, f64>> = sentences
        .iter()
        .map(|sentence| {
            let mut counts = BTreeMap::new();
            for stem in stems(sentence, language) {
                let next = ids.len();
                let id = *ids.entry(stem).or_insert(next);
                *counts.entry(id).or_insert(0.0) += 1.0;
            }
            found_in.resize(ids.len(), 0);
            for id in counts.keys() {
                found_in[*id] += 1;
            }
            counts
        })
        .collect();
    let total = f64::from(u32::try_from(sentences.len()).unwrap_or(u32::MAX));
    let weighted = counted.into_iter().map(|mut vector| {
        for (id, count) in &mut vector {
            *count *= ((total + 1.0) / (f64::from(found_in[*id]) + 0.5)).ln().max(0.05);
        }
        let length = vector.values().map(|value| value * value).sum::<f64>().sqrt();
        for value in vector.values_mut() {
            *value /= length.max(f64::MIN_POSITIVE);
        }
        vector
    });
    weighted.collect()
}

fn dot(a: &BTreeMap<usize, f64>, b: &BTreeMap<usize, f64>) -> f64 {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().filter_map(|(id, value)| Some(value * many.get(id)?)).sum()
}

/// Neighbours and how alike they are.
fn edges(vectors: &[BTreeMap<usize, f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (sentence, vector) in vectors.iter().enumerate() {
        for id in vector.keys() {
            holders.entry(*id).or_default().push(sentence);
        }
    }
    let neighbours = vectors.iter().enumerate().map(|(sentence, vector)| {
        let near: BTreeSet<usize> =
            vector.keys().flat_map(|id| holders[id].iter().copied()).collect();
        let near = near.into_iter().filter(|other| *other != sentence);
        near.map(|other| (other, dot(vector, &vectors[other])))
            .filter(|(_, alike)| *alike >= ALIKE)
            .collect()
    });
    neighbours.collect()
}

/// How often a random walk meets each sentence, 1 being the average.
fn walk(edges: &[Vec<(usize, f64)>]) -> Vec<f64> {
    let out: Vec<f64> =
        edges.iter().map(|near| near.iter().map(|(_, alike)| alike).sum()).collect();
    let mut rank = vec![1.0; edges.len()];
    for _ in 0..ROUNDS {
        rank = edges
            .iter()
            .map(|near| {
                let met: f64 =
                    near.iter().map(|(other, alike)| rank[*other] * alike / out[*other]).sum();
                1.0 - DAMPING + DAMPING * met
            })
            .collect();
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_shares_the_topic_outranks_one_that_does_not() {
        let sentences = [
            "The old ferry crosses the river twice a day.",
            "Each crossing of the ferry takes ten minutes.",
            "Bananas are yellow.",
            "The ferry needs a new engine before the river freezes.",
        ];
        let ranking = Ranking::of(&sentences, "en");
        assert!(ranking.rank[2] < ranking.rank[0].min(ranking.rank[1]).min(ranking.rank[3]));
        assert!(ranking.likeness(0, 3) > ranking.likeness(0, 2));
        assert!((ranking.likeness(1, 1) - 1.0).abs() < 1e-9);
    }
}
