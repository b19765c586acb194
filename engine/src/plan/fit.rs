//! Does every value of one type fit another?

use std::collections::HashMap;

use crate::schema::{Schema, Verdict, covers, proves};

/// What was found for pairs of types where that took long: the same edges come again and again, as with the items of
/// many maps.
#[derive(Default)]
pub(super) struct Fits {
    known: HashMap<(String, String), Verdict>,
}

impl Fits {
    /// Whether every value of `producer` fits `consumer`.
    pub(super) fn fit(&mut self, consumer: &Schema, producer: &Schema) -> Verdict {
        if consumer.takes_everything() || proves(consumer, producer) {
            return Verdict::Yes;
        }
        if producer.is_anything() {
            // Nothing is known of the value: an error would only say so.
            return match covers(consumer, producer) {
                Verdict::Yes => Verdict::Yes,
                _ => Verdict::Unknown { why: "nothing is known of the value".into() },
            };
        }
        let pair = (consumer.as_json().to_string(), producer.as_json().to_string());
        self.known.entry(pair).or_insert_with(|| covers(consumer, producer)).clone()
    }
}
