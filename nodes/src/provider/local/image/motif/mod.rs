//! Which pattern stands behind the words?
//!
//! Chosen by the words where several suggest one, by one word now and then, else by their hash. A motif is drawn around a centre that the words
//! leave free, and covers the picture.

mod lines;
mod shapes;

use super::super::chance::Chance;
use super::svg::{Point, Svg};
use super::theme::Theme;

/// A pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Motif {
    Flow,
    Contours,
    Rings,
    Rays,
    Tiles,
    Nodes,
    Bars,
    Hills,
    Discs,
}

const ANY: [Motif; 8] = [
    Motif::Flow,
    Motif::Contours,
    Motif::Rings,
    Motif::Rays,
    Motif::Tiles,
    Motif::Nodes,
    Motif::Hills,
    Motif::Discs,
];

/// Words and what they look like.
const SUGGESTED: [(Motif, &str); 8] = [
    (
        Motif::Bars,
        " percent growth cost costs price prices budget revenue statistics increase decline profit market sales economy accuracy error ",
    ),
    (
        Motif::Nodes,
        " network graph connect connected connection server servers internet community web system team people data agents model ",
    ),
    (
        Motif::Flow,
        " wind music sound voice stream flow river wave waves current speech song motion ",
    ),
    (Motif::Rings, " time history age years century clock orbit planet moon cycle future memory "),
    (Motif::Rays, " light sun energy idea power hope vote win lamp signal "),
    (
        Motif::Contours,
        " map land mountain terrain depth harbour coast island measure tide tides ocean ",
    ),
    (
        Motif::Tiles,
        " city build building code software structure pattern machine install installation tool tools craft ",
    ),
    (Motif::Hills, " nature country field journey road travel home morning evening "),
];

impl Motif {
    pub(super) fn of(words: &[String], chance: &mut Chance) -> Self {
        let score =
            |list: &str| words.iter().filter(|word| list.contains(&format!(" {word} "))).count();
        let best = SUGGESTED
            .iter()
            .map(|(motif, list)| (score(list), *motif))
            .max_by_key(|(score, _)| *score);
        match best {
            Some((score, motif)) if score > 1 => motif,
            // One word is a hint: where all of a film is about it, not every card should look the same.
            Some((1, motif)) if chance.is(0.5) => motif,
            _ => *chance.pick(&ANY),
        }
    }

    pub(super) fn draw(self, svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
        match self {
            Self::Flow => lines::flow(svg, theme, chance),
            Self::Contours => lines::contours(svg, theme, centre, chance),
            Self::Rings => lines::rings(svg, theme, centre, chance),
            Self::Rays => shapes::rays(svg, theme, centre, chance),
            Self::Tiles => shapes::tiles(svg, theme, chance),
            Self::Nodes => shapes::nodes(svg, theme, centre, chance),
            Self::Bars => shapes::bars(svg, theme, centre, chance),
            Self::Hills => lines::hills(svg, theme, centre, chance),
            Self::Discs => shapes::discs(svg, theme, centre, chance),
        }
    }
}

/// The ground that every motif lies on: a diagonal, and a glow of each accent.
pub(super) fn ground(svg: &mut Svg, theme: Theme) {
    let (width, height) = (svg.width, svg.height);
    let diagonal = svg.linear(
        (0.0, 0.0),
        (width, height),
        &[(0.0, theme.ground, 1.0), (1.0, theme.ground2, 1.0)],
    );
    svg.cover(&diagonal);
    let strength = if theme.is_light() { 0.16 } else { 0.3 };
    let reach = width.max(height);
    for (colour, place, part, size) in [
        (theme.accent, (width * 0.92, height * 0.02), strength, 0.75),
        (theme.accent2, (width * 0.98, height), strength * 0.8, 0.6),
    ] {
        let glow = svg.radial(
            place,
            reach * size,
            &[(0.0, colour, part), (0.45, colour, part * 0.35), (1.0, colour, 0.0)],
        );
        svg.cover(&glow);
    }
}
