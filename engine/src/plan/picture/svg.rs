//! A drawing that needs no other program: SVG, from top to bottom.
//!
//! Bodies are laid out first; a body is then a box in the graph around it.

use std::fmt::{self, Write};

use super::layout::{Layout, Link, Point, Route, Size, layout};
use super::{
    Carries, Drawn, Inside, Line, Shown, States, account, colours, drawn, inputs_of, nodes_of,
    outputs, remarks,
};
use crate::plan::graph::{BodyIndex, Plan};

const FONT: &str = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif";
/// Around everything, and inside of frames.
const MARGIN: f64 = 24.0;
const PAD: f64 = 18.0;
/// Texts, by what they are: size, and how much wider than plain ones.
const TITLE: Font = Font { size: 17.0, weight: 700 };
const NAME: Font = Font { size: 13.0, weight: 600 };
const KIND: Font = Font { size: 11.0, weight: 400 };
const SMALL: Font = Font { size: 10.5, weight: 400 };
/// Longer remarks are cut.
const LONGEST: usize = 44;

const INK: &str = "#1F2937";
const GREY: &str = "#6B7280";
const AMBER: &str = "#8A5A00";

#[derive(Clone, Copy)]
struct Font {
    size: f64,
    weight: u32,
}

/// A body, laid out.
struct Scene<'p> {
    items: Vec<Item<'p>>,
    lines: Vec<Line>,
    layout: Layout,
}

/// A box in a scene.
enum Item<'p> {
    /// An input or an output.
    Pill(String),
    Node {
        drawn: Drawn<'p>,
        texts: Vec<Text>,
        inner: Option<Box<Scene<'p>>>,
    },
}

/// A line of text in a box.
struct Text {
    words: String,
    font: Font,
    colour: &'static str,
}

/// All `plans`, one below the other.
pub fn svg(plans: &[&Plan], states: &States) -> String {
    let scenes: Vec<(&Plan, Scene<'_>)> =
        plans.iter().enumerate().map(|(of, plan)| (*plan, pipeline(plan, of, states))).collect();
    let mut text = String::new();
    write(&mut text, &scenes, states).expect("a string takes all");
    text
}

fn write(to: &mut String, scenes: &[(&Plan, Scene<'_>)], states: &States) -> fmt::Result {
    let widest = scenes.iter().map(|(plan, scene)| {
        scene
            .layout
            .size
            .width
            .max(width(&plan.name, TITLE))
            .max(account(plan).map_or(0.0, |words| width(&words, SMALL)))
    });
    let total_width = widest.fold(0.0, f64::max) + 2.0 * MARGIN;
    let heights =
        scenes.iter().map(|(plan, scene)| heading(plan) + scene.layout.size.height + 2.0 * MARGIN);
    let total_height: f64 = heights.sum();
    writeln!(
        to,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total_width:.0}\" height=\"{total_height:.0}\" \
         viewBox=\"0 0 {total_width:.0} {total_height:.0}\" font-family=\"{FONT}\">"
    )?;
    writeln!(to, "<rect width=\"100%\" height=\"100%\" rx=\"12\" fill=\"#FFFFFF\"/>")?;
    let mut y = 0.0;
    for (plan, scene) in scenes {
        let top = y + MARGIN;
        words(
            to,
            Point { x: MARGIN, y: top + 14.0 },
            "start",
            &Text { words: plan.name.clone(), font: TITLE, colour: INK },
        )?;
        if let Some(account) = account(plan) {
            let text = Text { words: account, font: SMALL, colour: AMBER };
            words(to, Point { x: MARGIN, y: top + 31.0 }, "start", &text)?;
        }
        let left = (total_width - scene.layout.size.width) / 2.0;
        draw(to, scene, Point { x: left, y: top + heading(plan) }, states)?;
        y += heading(plan) + scene.layout.size.height + 2.0 * MARGIN;
    }
    writeln!(to, "</svg>")
}

fn heading(plan: &Plan) -> f64 {
    if account(plan).is_some() { 46.0 } else { 32.0 }
}

/// The pipeline with its inputs above and its outputs below.
fn pipeline<'p>(plan: &'p Plan, of: usize, states: &States) -> Scene<'p> {
    let root = plan.body(plan.root());
    let (nodes, lines) = drawn(plan, of, plan.root(), "");
    let first = plan.inputs.len();
    let thin =
        |from, to| Line { from, to, carries: Carries::Data, says: Vec::new(), gate: Vec::new() };
    let mut all = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        all.extend(inputs_of(plan, node.node).into_iter().map(|input| thin(input, first + at)));
    }
    let shifted = |line: Line| Line { from: line.from + first, to: line.to + first, ..line };
    all.extend(lines.into_iter().map(shifted));
    let last = first + nodes.len();
    for (index, (_, value)) in outputs(root).iter().enumerate() {
        all.extend(nodes_of(root, value).into_iter().map(|node| thin(first + node, last + index)));
    }
    let pill = |name: &str| Item::Pill(name.to_owned());
    let mut items: Vec<Item<'p>> =
        plan.inputs.iter().map(|input| pill(input.name.as_str())).collect();
    items.extend(nodes.into_iter().map(|node| item(plan, of, node, states)));
    items.extend(outputs(root).iter().map(|(name, _)| pill(name.as_str())));
    scene(items, all)
}

fn item<'p>(plan: &'p Plan, of: usize, drawn: Drawn<'p>, states: &States) -> Item<'p> {
    let inner = match drawn.inside {
        Inside::Kind(_) => None,
        Inside::Body(index, _) => Some(Box::new(body(plan, of, (index, &drawn.path), states))),
    };
    let texts = texts(plan, &drawn, states.get(&drawn.path));
    Item::Node { drawn, texts, inner }
}

fn body<'p>(
    plan: &'p Plan,
    of: usize,
    (index, within): (BodyIndex, &str),
    states: &States,
) -> Scene<'p> {
    let (nodes, lines) = drawn(plan, of, index, within);
    scene(nodes.into_iter().map(|node| item(plan, of, node, states)).collect(), lines)
}

fn scene(items: Vec<Item<'_>>, lines: Vec<Line>) -> Scene<'_> {
    let sizes: Vec<Size> = items.iter().map(size).collect();
    let wires: Vec<Link> = lines
        .iter()
        .map(|line| Link { from: line.from, to: line.to, label: label_size(line) })
        .collect();
    Scene { layout: layout(&sizes, &wires), items, lines }
}

/// What is written in a box, line by line.
fn texts(plan: &Plan, drawn: &Drawn<'_>, shown: Option<&Shown>) -> Vec<Text> {
    let mut texts = vec![Text { words: drawn.node.name.to_string(), font: NAME, colour: INK }];
    if let Inside::Kind(kind) = drawn.inside {
        texts.push(Text { words: kind.to_owned(), font: KIND, colour: GREY });
    }
    for remark in remarks(plan, drawn.node) {
        texts.push(Text { words: shortened(&remark), font: SMALL, colour: AMBER });
    }
    if let Some(shown) = shown {
        texts.push(Text { words: shown.words(), font: SMALL, colour: shown.state.look().1 });
    }
    texts
}

fn size(item: &Item<'_>) -> Size {
    match item {
        Item::Pill(name) => Size { width: width(name, KIND) + 26.0, height: 24.0 },
        Item::Node { drawn, texts, inner } => {
            let widest = texts.iter().map(|text| width(&text.words, text.font)).fold(0.0, f64::max);
            let tall: f64 = texts.iter().map(line_height).sum();
            // Copies behind the front one.
            let stack = if drawn.node.each.is_some() { 6.0 } else { 0.0 };
            match inner {
                None => Size { width: widest + 34.0 + stack, height: tall + 18.0 + stack },
                Some(inner) => Size {
                    width: inner.layout.size.width.max(widest) + 2.0 * PAD + stack,
                    height: tall + inner.layout.size.height + 12.0 + 2.0 * PAD + stack,
                },
            }
        }
    }
}

fn label_size(line: &Line) -> Size {
    let words = line.says.iter().chain(&line.gate);
    let widest = words.clone().map(|words| width(&shortened(words), SMALL)).fold(0.0, f64::max);
    let lines = f64::from(u32::try_from(words.count()).unwrap_or(u32::MAX));
    if lines <= 0.0 {
        Size::default()
    } else {
        Size { width: widest + 14.0, height: lines * 13.0 + 3.0 }
    }
}

fn line_height(text: &Text) -> f64 {
    text.font.size + 4.0
}

fn draw(to: &mut String, scene: &Scene<'_>, at: Point, states: &States) -> fmt::Result {
    let is_pill = |index: usize| matches!(scene.items[index], Item::Pill(_));
    for (line, route) in scene.lines.iter().zip(&scene.layout.routes) {
        let faint = is_pill(line.from) || is_pill(line.to);
        curve(to, route, at, line, faint)?;
    }
    for (item, corner) in scene.items.iter().zip(&scene.layout.boxes) {
        let corner = Point { x: at.x + corner.x, y: at.y + corner.y };
        draw_item(to, item, corner, states)?;
    }
    for (line, route) in scene.lines.iter().zip(&scene.layout.routes) {
        label(to, line, Point { x: at.x + route.label.x, y: at.y + route.label.y })?;
    }
    Ok(())
}

fn curve(to: &mut String, route: &Route, at: Point, line: &Line, faint: bool) -> fmt::Result {
    let points: Vec<Point> =
        route.points.iter().map(|point| Point { x: point.x + at.x, y: point.y + at.y }).collect();
    let [first, middle @ .., last] = &points[..] else { return Ok(()) };
    let end = Point { y: last.y - 5.0, ..*last };
    let mut path = format!("M{:.1} {:.1}", first.x, first.y);
    let mut from = *first;
    for next in middle.iter().chain([&end]) {
        if (next.x - from.x).abs() < 0.1 {
            write!(path, "V{:.1}", next.y)?;
        } else {
            let half = f64::midpoint(from.y, next.y);
            write!(
                path,
                "C{:.1} {half:.1} {:.1} {half:.1} {:.1} {:.1}",
                from.x, next.x, next.x, next.y
            )?;
        }
        from = *next;
    }
    let colour = if !line.gate.is_empty() {
        "#C98A1B"
    } else if faint {
        "#C3C8D0"
    } else {
        "#8A919C"
    };
    let dash = if line.carries == Carries::Order { " stroke-dasharray=\"5 4\"" } else { "" };
    let wide = if faint { 1.0 } else { 1.5 };
    writeln!(
        to,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{wide}\"{dash}/>"
    )?;
    let (x, y) = (last.x, last.y);
    let (left, right, up) = (x - 3.8, x + 3.8, y - 7.0);
    writeln!(
        to,
        "<path d=\"M{left:.1} {up:.1}L{right:.1} {up:.1}L{x:.1} {y:.1}Z\" fill=\"{colour}\"/>"
    )
}

fn label(to: &mut String, line: &Line, at: Point) -> fmt::Result {
    let size = label_size(line);
    if size.height <= 0.0 {
        return Ok(());
    }
    let (left, top) = (at.x - size.width / 2.0, at.y - size.height / 2.0);
    writeln!(
        to,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"5\" fill=\"#FFFFFF\" fill-opacity=\"0.92\"/>",
        size.width, size.height
    )?;
    let mut y = top + 11.5;
    let said = line.says.iter().map(|words| (words, GREY));
    for (line, colour) in said.chain(line.gate.iter().map(|words| (words, AMBER))) {
        let text = Text { words: shortened(line), font: SMALL, colour };
        words(to, Point { x: at.x, y }, "middle", &text)?;
        y += 13.0;
    }
    Ok(())
}

fn draw_item(to: &mut String, item: &Item<'_>, at: Point, states: &States) -> fmt::Result {
    let whole = size(item);
    match item {
        Item::Pill(name) => {
            rect(to, at, whole, 12.0, ("#FFFFFF", "#9AA1AC"), " stroke-dasharray=\"4 3\"")?;
            let text = Text { words: name.clone(), font: KIND, colour: "#4B5563" };
            words(to, Point { x: at.x + whole.width / 2.0, y: at.y + 16.0 }, "middle", &text)
        }
        Item::Node { drawn, texts, inner } => {
            let stack = if drawn.node.each.is_some() { 6.0 } else { 0.0 };
            let size = Size { width: whole.width - stack, height: whole.height - stack };
            let kind = match drawn.inside {
                Inside::Kind(kind) => Some(kind),
                Inside::Body(..) => None,
            };
            let (fill, stroke) = kind.map_or(("#F8F9FB", "#A9B0BB"), colours);
            let stroke = states.get(&drawn.path).map_or(stroke, |shown| shown.state.look().1);
            if stack > 0.0 {
                for behind in [stack, stack / 2.0] {
                    let at = Point { x: at.x + behind, y: at.y + behind };
                    rect(to, at, size, 9.0, (fill, stroke), "")?;
                }
            }
            let gated = if kind == Some("approve") { " stroke-width=\"2\"" } else { "" };
            rect(to, at, size, 9.0, (fill, stroke), gated)?;
            let (x, anchor) = match inner {
                Some(_) => (at.x + PAD, "start"),
                None => (at.x + size.width / 2.0, "middle"),
            };
            let mut y = at.y + 9.0;
            for text in texts {
                y += line_height(text);
                words(to, Point { x, y: y - 4.5 }, anchor, text)?;
            }
            if let Some(inner) = inner {
                let left = at.x + (size.width - inner.layout.size.width) / 2.0;
                draw(to, inner, Point { x: left, y: y + PAD }, states)?;
            }
            Ok(())
        }
    }
}

fn rect(
    to: &mut String,
    at: Point,
    size: Size,
    round: f64,
    (fill, stroke): (&str, &str),
    more: &str,
) -> fmt::Result {
    writeln!(
        to,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{stroke}\"{more}/>",
        at.x, at.y, size.width, size.height
    )
}

fn words(to: &mut String, at: Point, anchor: &str, text: &Text) -> fmt::Result {
    let Text { words, font, colour } = text;
    writeln!(
        to,
        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{}\" font-weight=\"{}\" fill=\"{colour}\" text-anchor=\"{anchor}\">{}</text>",
        at.x,
        at.y,
        font.size,
        font.weight,
        escaped(words)
    )
}

/// About how wide a text is drawn, whichever of the fonts is there.
fn width(text: &str, font: Font) -> f64 {
    let letters: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | '[' | ']' | '('
            | ')' => 0.32,
            'f' | 't' | 'r' | ' ' | '/' | '-' => 0.38,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.88,
            'A'..='Z' | '≥' | '≤' | '_' | '=' | '<' | '>' | '+' => 0.66,
            c if c.is_ascii() => 0.57,
            _ => 0.9,
        })
        .sum();
    let bold = if font.weight >= 600 { 1.06 } else { 1.0 };
    letters * font.size * bold
}

fn shortened(words: &str) -> String {
    if words.chars().count() <= LONGEST {
        return words.to_owned();
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace(|c: char| c.is_control(), " ")
}
