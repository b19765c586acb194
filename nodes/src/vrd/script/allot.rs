//! Where does each beat of a video start and end?
//!
//! The eight parts have shares of the running time. Neighbours that are too short are told together, long ones are cut
//! into equal beats, and every beat lasts 5 to 10 seconds. All arithmetic is on whole numbers, so nothing is lost.

use super::part::Part;
use crate::vrd::requirements::Act2Emphasis;
use crate::vrd::seconds::Seconds;

/// A beat's place in the running time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub start: Seconds,
    pub end: Seconds,
    /// All parts that lie in the beat, in order.
    pub covers: Vec<Part>,
}

impl Slot {
    pub fn duration(&self) -> Seconds {
        self.end - self.start
    }

    pub fn main(&self) -> Part {
        Part::main_of(&self.covers)
    }
}

/// The parts' bounds over a running time, as exact fractions: nine numerators over one denominator, in milliseconds.
pub struct Bounds {
    ends: [u64; 9],
    denominator: u64,
}

impl Bounds {
    pub fn of(duration: Seconds, emphasis: Act2Emphasis) -> Self {
        let problem = u64::from(emphasis.problem_tenths());
        let solution = 10 - problem;
        let share = |part: Part| u64::from(part.custom().share);
        let weight = |part: Part| match part {
            Part::FirstPinchPoint => share(part) * problem,
            Part::Midpoint | Part::SecondPinchPoint => share(part) * solution,
            _ => 0,
        };
        // Inside act 2 the shares are weighted, then brought back to their sum.
        let act: u64 =
            Part::ALL.iter().filter(|part| weight(**part) > 0).map(|part| share(*part)).sum();
        let weights: u64 = Part::ALL.iter().map(|part| weight(*part)).sum();
        let mut ends = [0; 9];
        for (index, part) in Part::ALL.iter().enumerate() {
            let length = match weight(*part) {
                0 => share(*part) * weights,
                weight => act * weight,
            };
            ends[index + 1] = ends[index] + length * u64::from(duration.millis());
        }
        Self { ends, denominator: 100 * weights }
    }

    /// The bounds to the nearest millisecond.
    pub fn rounded(&self) -> [Seconds; 9] {
        self.ends.map(|end| {
            let millis = (end * 2 + self.denominator) / (self.denominator * 2);
            Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
        })
    }

    fn seconds(&self, count: u64) -> u64 {
        count * 1000 * self.denominator
    }
}

/// The beats of a video of `duration` at `fps` frames a second; none, if it is too short for one.
pub fn allot(duration: Seconds, emphasis: Act2Emphasis, fps: u32) -> Vec<Slot> {
    if duration < Seconds::whole(5) {
        return Vec::new();
    }
    let bounds = Bounds::of(duration, emphasis);
    let cuts = cuts(&bounds, best_merge(&bounds));
    let edges = snapped(&cuts, duration, fps);
    let slot = |index: usize| {
        let (from, to) = (cuts[index].0 * cuts[index + 1].1, cuts[index + 1].0 * cuts[index].1);
        let scale = cuts[index].1 * cuts[index + 1].1;
        let inside = |part: &&Part| {
            let (start, end) = (bounds.ends[**part as usize], bounds.ends[**part as usize + 1]);
            start * scale < to && end * scale > from
        };
        let covers = Part::ALL.iter().filter(inside).copied().collect();
        Slot { start: edges[index], end: edges[index + 1], covers }
    };
    (0..cuts.len() - 1).map(slot).collect()
}

/// Which of the seven inner bounds are kept, as bits from the first; all groups last 5 s or more.
fn best_merge(bounds: &Bounds) -> u8 {
    let least = bounds.seconds(5);
    let mut best: Option<((u32, u64), u8)> = None;
    // Numbers with the first bounds open come first, so of equals the earliest merge stays.
    for order in 0..128_u8 {
        let kept = order.reverse_bits() >> 1;
        let lengths = groups(bounds, kept);
        let (shortest, longest) = lengths
            .iter()
            .fold((u64::MAX, 0), |(low, high), length| (low.min(*length), high.max(*length)));
        if shortest < least && kept != 0 {
            continue;
        }
        let worth = (kept.count_ones(), u64::MAX - (longest - shortest));
        if best.is_none_or(|(known, _)| worth > known) {
            best = Some((worth, kept));
        }
    }
    best.map_or(0, |(_, kept)| kept)
}

fn groups(bounds: &Bounds, kept: u8) -> Vec<u64> {
    edges(bounds, kept).windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn edges(bounds: &Bounds, kept: u8) -> Vec<u64> {
    let inner = (1..8).filter(|index| kept >> (index - 1) & 1 == 1).map(|index| bounds.ends[index]);
    std::iter::once(0).chain(inner).chain([bounds.ends[8]]).collect()
}

/// The beats' bounds as fractions of the bounds' denominator: each group in as few equal beats of 10 s at most.
fn cuts(bounds: &Bounds, kept: u8) -> Vec<(u64, u64)> {
    let most = bounds.seconds(10);
    let mut cuts = vec![(0, 1)];
    for pair in edges(bounds, kept).windows(2) {
        let length = pair[1] - pair[0];
        let count = length.div_ceil(most).max(1);
        cuts.extend((1..count).map(|index| (pair[0] * count + length * index, count)));
        cuts.push((pair[1], 1));
    }
    // Where each cut stands is its numerator over (its own count × the denominator).
    cuts
}

/// The cuts on whole frames, all rounded the same way, so that a beat of 5 to 10 s stays one.
fn snapped(cuts: &[(u64, u64)], duration: Seconds, fps: u32) -> Vec<Seconds> {
    let last = cuts.len() - 1;
    let denominator = cuts[last].0 / u64::from(duration.millis());
    let place = |(numerator, count): (u64, u64), round: fn(u64, u64) -> u64| {
        let frame = round(numerator * u64::from(fps), denominator * count * 1000);
        let millis = (frame * 2000 + u64::from(fps)) / (u64::from(fps) * 2);
        Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
    };
    let all = |round: fn(u64, u64) -> u64| -> Vec<Seconds> {
        cuts[..last].iter().map(|cut| place(*cut, round)).chain([duration]).collect()
    };
    let ways: [fn(u64, u64) -> u64; 3] =
        [|a, b| (a * 2 + b) / (b * 2), |a, b| a / b, |a, b| a.div_ceil(b)];
    let fits = |edges: &Vec<Seconds>| {
        let rest = edges[last] - edges[last - 1];
        last == 1 || (Seconds::whole(5)..=Seconds::whole(10)).contains(&rest)
    };
    let [nearest, ..] = ways.map(all);
    ways.into_iter().map(all).find(fits).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(slots: &[Slot]) -> Vec<f64> {
        slots.iter().map(|slot| slot.duration().as_f64()).collect()
    }

    /// At 40 frames a second every figure of the table lies on a frame.
    fn table(duration: u32) -> Vec<f64> {
        seconds(&allot(Seconds::whole(duration), Act2Emphasis::Balanced, 40))
    }

    #[test]
    fn the_reference_table_holds() {
        let rounded =
            |list: Vec<f64>| -> Vec<String> { list.iter().map(|s| format!("{s}")).collect() };
        assert_eq!(rounded(table(15)), ["7.5", "7.5"]);
        assert_eq!(rounded(table(20)), ["5", "5", "5", "5"]);
        assert_eq!(rounded(table(30)), ["7.5", "7.5", "7.5", "7.5"]);
        assert_eq!(
            rounded(table(45)),
            ["5.4", "5.85", "5.4", "5.85", "5.4", "5.85", "5.625", "5.625"]
        );
        assert_eq!(rounded(table(60)), ["7.2", "7.8", "7.2", "7.8", "7.2", "7.8", "7.5", "7.5"]);
        assert_eq!(rounded(table(90))[..2], ["5.4", "5.4"]);
        assert_eq!(
            (table(90).len(), &rounded(table(90))[12..]),
            (15, &["7.5", "7.5", "7.5"].map(String::from)[..])
        );
        assert_eq!(
            (table(120).len(), &rounded(table(120))[..2]),
            (15, &["6", "8.4"].map(String::from)[..])
        );
        assert_eq!(rounded(table(120))[12..], ["10", "10", "10"]);
        assert_eq!((table(180).len(), &rounded(table(180))[..1]), (23, &["9".to_owned()][..]));
        assert_eq!(rounded(table(180))[18..], ["9", "9", "9", "9", "9"]);
    }

    /// What must hold for every allotment.
    fn check(millis: u32, emphasis: Act2Emphasis, fps: u32) -> Result<(), TestCaseError> {
        let duration = Seconds::from_millis(millis);
        let slots = allot(duration, emphasis, fps);
        prop_assert_eq!(slots.first().map(|slot| slot.start), Some(Seconds::ZERO));
        prop_assert_eq!(slots.last().map(|slot| slot.end), Some(duration));
        prop_assert!(slots.windows(2).all(|pair| pair[0].end == pair[1].start));
        for slot in &slots {
            let fits = (Seconds::whole(5)..=Seconds::whole(10)).contains(&slot.duration());
            prop_assert!(fits, "{millis} ms at {fps}: {:?}", seconds(&slots));
            prop_assert!(!slot.covers.is_empty() && slot.covers.is_sorted());
        }
        let mut covered: Vec<Part> = slots.iter().flat_map(|slot| slot.covers.clone()).collect();
        prop_assert!(covered.is_sorted());
        covered.dedup();
        prop_assert_eq!(covered, Part::ALL);
        Ok(())
    }

    #[test]
    fn every_half_second_from_5_to_600_is_allotted_exactly() {
        for half in 10..=1200 {
            for fps in [24, 25, 30] {
                check(half * 500, Act2Emphasis::Balanced, fps).unwrap();
            }
        }
    }

    /// Every way to group `rest`, those that merge the earliest first.
    fn groupings(rest: &[u64]) -> Vec<Vec<u64>> {
        if rest.is_empty() {
            return vec![Vec::new()];
        }
        let with_first = |count: usize| {
            let first: u64 = rest[..count].iter().sum();
            groupings(&rest[count..]).into_iter().map(move |tail| [vec![first], tail].concat())
        };
        (1..=rest.len()).rev().flat_map(with_first).collect()
    }

    /// Where the beats of a balanced video end, in milliseconds: the rules once more, in the plainest way.
    fn by_the_book(millis: u64) -> Vec<u64> {
        let hundredths = [5, 7, 13, 12, 13, 12, 13, 25].map(|share: u64| share * millis);
        let mut best = (0, 0, Vec::new());
        for groups in groupings(&hundredths) {
            let (shortest, longest) = (groups.iter().min().unwrap(), groups.iter().max().unwrap());
            let worth = (groups.len(), u64::MAX - (longest - shortest));
            let fits = *shortest >= 500_000 || groups.len() == 1;
            if fits && worth > (best.0, best.1) {
                best = (worth.0, worth.1, groups);
            }
        }
        let (mut start, mut ends) = (0, Vec::new());
        for group in best.2 {
            let count = group.div_ceil(1_000_000);
            ends.extend((1..=count).map(|beat| (start + group * beat / count) / 100));
            start += group;
        }
        ends
    }

    #[test]
    fn every_half_second_from_5_to_600_is_allotted_by_the_book() {
        for half in 10..=1200_u32 {
            let slots = allot(Seconds::from_millis(half * 500), Act2Emphasis::Balanced, 30);
            let ends: Vec<u64> = slots.iter().map(|slot| slot.end.millis().into()).collect();
            let book = by_the_book(u64::from(half) * 500);
            assert_eq!(
                ends.len(),
                book.len(),
                "{half} half seconds: {ends:?}, by the book {book:?}"
            );
            // Snapped to whole frames: none is further than one of 33 ms from where it belongs.
            assert!(
                ends.iter().zip(&book).all(|(end, book)| end.abs_diff(*book) <= 34),
                "{half}: {ends:?} {book:?}"
            );
        }
    }

    #[test]
    fn too_short_a_video_has_no_beats_and_a_short_one_has_one() {
        assert_eq!(allot(Seconds::from_millis(4_999), Act2Emphasis::Balanced, 30), []);
        let one = allot(Seconds::whole(8), Act2Emphasis::Balanced, 30);
        assert_eq!((one.len(), one[0].covers.len(), one[0].main()), (1, 8, Part::Hook));
    }

    #[test]
    fn the_midpoint_starts_where_it_should() {
        for seconds in 45..=600_u32 {
            let slots = allot(Seconds::whole(seconds), Act2Emphasis::Balanced, 30);
            let start =
                slots.iter().find(|slot| slot.covers.contains(&Part::Midpoint)).unwrap().start;
            let exact = seconds * 370;
            assert!(start.millis().abs_diff(exact) * 20 <= exact, "{seconds}: {start}");
        }
    }

    #[test]
    fn the_emphasis_moves_the_bounds_inside_act_two_only() {
        let of = |emphasis| Bounds::of(Seconds::whole(100), emphasis).rounded();
        let (balanced, problem) = (of(Act2Emphasis::Balanced), of(Act2Emphasis::Problem70));
        assert_eq!(balanced, [0, 5, 12, 25, 37, 50, 62, 75, 100].map(Seconds::whole));
        assert_eq!((problem[3], problem[6]), (balanced[3], balanced[6]));
        // 12 × 1.4 of 16.8 + 7.8 + 7.2, brought back to 37.
        assert_eq!(problem[4].millis(), 25_000 + 19_547);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
        #[test]
        fn any_duration_emphasis_and_frame_rate_is_allotted_exactly(
            millis in 5_000_u32..=600_000,
            emphasis in proptest::sample::select(Act2Emphasis::ALL),
            fps in 1_u32..=120,
        ) {
            check(millis, emphasis, fps)?;
        }
    }
}
