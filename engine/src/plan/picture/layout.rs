//! Where does each box of a graph stand, and which way does each line go?
//!
//! Layers from top to bottom, after Sugiyama: each box below all that it needs; lines that pass a layer have a place of
//! their own in it, and so have labels, between the layers. The order within a layer is that of fewest crossings found;
//! places are the least squares from where the neighbours stand, exactly, layer by layer.

/// How large a box or label is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

/// A line from a box to a later one, and how much room its label needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

/// Where everything stands, from 0, 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub size: Size,
    /// The upper left corner of each box.
    pub boxes: Vec<Point>,
    pub routes: Vec<Route>,
}

/// The way of a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// From the lower edge of a box to the upper edge of another, in pairs between which it bends.
    pub points: Vec<Point>,
    /// The centre of its label.
    pub label: Point,
}

/// Between two layers, and between two neighbours in one.
const LAYER_GAP: f64 = 17.0;
const GAP: f64 = 26.0;
/// The room of a line that passes.
const LANE: f64 = 12.0;
const ROUNDS: usize = 40;

/// Places boxes of the given sizes. A link leads from a box to one with a greater index, so that there is no circle.
pub(super) fn layout(sizes: &[Size], links: &[Link]) -> Layout {
    if sizes.is_empty() {
        return Layout::default();
    }
    let mut graph = Layered::new(sizes, links);
    graph.order();
    let x = graph.place();
    graph.finish(sizes, links, &x)
}

/// Boxes, labels and passing lines: all of them vertices, in layers. Boxes stand in even layers, labels in odd ones.
struct Layered {
    vertices: Vec<Vertex>,
    layers: Vec<Vec<usize>>,
    /// The vertices of each link, its boxes included.
    chains: Vec<Vec<usize>>,
}

#[derive(Clone)]
struct Vertex {
    size: Size,
    layer: usize,
    is_lane: bool,
    above: Vec<usize>,
    below: Vec<usize>,
}

impl Layered {
    fn new(sizes: &[Size], links: &[Link]) -> Self {
        let layer = layers(sizes.len(), links);
        let mut vertices: Vec<Vertex> =
            sizes.iter().zip(&layer).map(|(size, layer)| vertex(*size, layer * 2, false)).collect();
        let mut chains = Vec::with_capacity(links.len());
        for link in links {
            let (first, last) = (layer[link.from] * 2, layer[link.to] * 2);
            let mut chain = vec![link.from];
            for at in first + 1..last {
                // The label stands right below where the line begins.
                let is_label = at == first + 1 && link.label.height > 0.0;
                let lane = Size { width: LANE, height: 0.0 };
                vertices.push(vertex(if is_label { link.label } else { lane }, at, true));
                chain.push(vertices.len() - 1);
            }
            chain.push(link.to);
            for pair in chain.windows(2) {
                vertices[pair[0]].below.push(pair[1]);
                vertices[pair[1]].above.push(pair[0]);
            }
            chains.push(chain);
        }
        let deepest = vertices.iter().map(|vertex| vertex.layer).max().unwrap_or(0);
        let mut layers = vec![Vec::new(); deepest + 1];
        for (index, vertex) in vertices.iter().enumerate() {
            layers[vertex.layer].push(index);
        }
        Self { vertices, layers, chains }
    }

    /// Sorts each layer by where the neighbours stand, down and up again, and keeps the best that was seen.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for round in 0..ROUNDS {
            let positions = |layers: &[Vec<usize>], count: usize| {
                let mut positions = vec![0.0; count];
                for layer in layers {
                    for (at, vertex) in layer.iter().enumerate() {
                        positions[*vertex] = f64_of(at);
                    }
                }
                positions
            };
            let down = round % 2 == 0;
            for step in 0..self.layers.len() {
                let at = if down { step } else { self.layers.len() - 1 - step };
                let position = positions(&self.layers, self.vertices.len());
                let mut keyed: Vec<(f64, usize)> = self.layers[at]
                    .iter()
                    .map(|index| {
                        let vertex = &self.vertices[*index];
                        let near = if down { &vertex.above } else { &vertex.below };
                        (mean(near, &position).unwrap_or(position[*index]), *index)
                    })
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.layers[at] = keyed.into_iter().map(|(_, index)| index).collect();
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// How many pairs of lines cross.
    fn crossings(&self) -> usize {
        let mut at = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (position, vertex) in layer.iter().enumerate() {
                at[*vertex] = position;
            }
        }
        let mut count = 0;
        for layer in &self.layers {
            let mut ends: Vec<usize> = Vec::new();
            for vertex in layer {
                let mut below: Vec<_> =
                    self.vertices[*vertex].below.iter().map(|next| at[*next]).collect();
                below.sort_unstable();
                count += below
                    .iter()
                    .map(|end| ends.iter().filter(|other| *other > end).count())
                    .sum::<usize>();
                ends.extend(below);
            }
        }
        count
    }

    /// The centre of each vertex from left to right.
    fn place(&self) -> Vec<f64> {
        let mut x = vec![0.0; self.vertices.len()];
        for layer in &self.layers {
            let desired = vec![0.0; layer.len()];
            self.settle(layer, &desired, &mut x);
        }
        for round in 0..ROUNDS {
            let down = round % 2 == 0;
            for step in 0..self.layers.len() {
                let at = if down { step } else { self.layers.len() - 1 - step };
                let layer = &self.layers[at];
                let desired: Vec<f64> = layer
                    .iter()
                    .map(|index| {
                        let vertex = &self.vertices[*index];
                        let near = if down { &vertex.above } else { &vertex.below };
                        // The last rounds look both ways, so that nothing leans to one side.
                        let both: Vec<usize> =
                            vertex.above.iter().chain(&vertex.below).copied().collect();
                        let near =
                            if round + 4 >= ROUNDS || near.is_empty() { &both } else { near };
                        mean(near, &x).unwrap_or(x[*index])
                    })
                    .collect();
                self.settle(layer, &desired, &mut x);
            }
        }
        x
    }

    /// How much it matters that a vertex stands where it would: straight lines please more than straight boxes.
    fn weight(&self, index: usize) -> f64 {
        let vertex = &self.vertices[index];
        let near = vertex.above.iter().chain(&vertex.below);
        match near.filter(|near| self.vertices[**near].is_lane).count() {
            2.. if vertex.is_lane => 8.0,
            _ if vertex.is_lane => 3.0,
            _ => 1.0,
        }
    }

    /// Puts the vertices of a layer as near to where they would stand as their order and their widths allow: neighbours
    /// that push each other stand as one block at its mean.
    fn settle(&self, layer: &[usize], desired: &[f64], x: &mut [f64]) {
        let mut offsets = Vec::with_capacity(layer.len());
        let mut offset = 0.0;
        for (at, index) in layer.iter().enumerate() {
            let vertex = &self.vertices[*index];
            if let Some(former) = at.checked_sub(1).map(|former| &self.vertices[layer[former]]) {
                let gap = if former.is_lane && vertex.is_lane { GAP / 2.0 } else { GAP };
                offset += former.size.width / 2.0 + gap + vertex.size.width / 2.0;
            }
            offsets.push(offset);
        }
        // Blocks of (sum of weighted wishes, sum of weights, members).
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (at, index) in layer.iter().enumerate() {
            let weight = self.weight(*index);
            blocks.push(((desired[at] - offsets[at]) * weight, weight, 1));
            while let [.., a, b] = blocks[..] {
                if a.0 / a.1 <= b.0 / b.1 {
                    break;
                }
                blocks.truncate(blocks.len() - 2);
                blocks.push((a.0 + b.0, a.1 + b.1, a.2 + b.2));
            }
        }
        let mut at = 0;
        for (sum, weight, members) in blocks {
            for _ in 0..members {
                x[layer[at]] = sum / weight + offsets[at];
                at += 1;
            }
        }
    }

    fn finish(&self, sizes: &[Size], links: &[Link], x: &[f64]) -> Layout {
        let (tops, heights, bottom) = self.rows();
        let left = |index: usize| x[index] - self.vertices[index].size.width / 2.0;
        let all = || 0..self.vertices.len();
        let least = all().map(left).fold(f64::INFINITY, f64::min);
        let most = all().map(|index| left(index) + self.vertices[index].size.width);
        let width = most.fold(f64::NEG_INFINITY, f64::max) - least;
        let centre = |index: usize| x[index] - least;
        let middle = |index: usize| {
            let layer = self.vertices[index].layer;
            tops[layer] + heights[layer] / 2.0
        };
        let corner = |index: usize| Point {
            x: left(index) - least,
            y: middle(index) - sizes[index].height / 2.0,
        };
        let routes = (0..links.len())
            .map(|link| {
                let chain = &self.chains[link];
                let (from, to) = (chain[0], chain[chain.len() - 1]);
                let start = Point {
                    x: centre(from) + self.port(link, from, Side::Below, x),
                    y: corner(from).y + sizes[from].height,
                };
                let end =
                    Point { x: centre(to) + self.port(link, to, Side::Above, x), y: corner(to).y };
                let mut points = vec![start];
                for lane in &chain[1..chain.len() - 1] {
                    let layer = self.vertices[*lane].layer;
                    let (top, height) = (tops[layer], heights[layer]);
                    points.push(Point { x: centre(*lane), y: top });
                    points.push(Point { x: centre(*lane), y: top + height });
                }
                points.push(end);
                let label = chain
                    .get(1)
                    .map_or(start, |label| Point { x: centre(*label), y: middle(*label) });
                Route { points, label }
            })
            .collect();
        let boxes = (0..sizes.len()).map(corner).collect();
        Layout { size: Size { width, height: bottom }, boxes, routes }
    }

    /// The top and the height of each layer, and where the last one ends.
    fn rows(&self) -> (Vec<f64>, Vec<f64>, f64) {
        let (mut tops, mut heights) = (Vec::new(), Vec::new());
        let mut y: f64 = 0.0;
        for layer in &self.layers {
            let tallest = layer.iter().map(|index| self.vertices[*index].size.height);
            let height = tallest.fold(0.0, f64::max);
            tops.push(y);
            heights.push(height);
            y += height + LAYER_GAP;
        }
        (tops, heights, (y - LAYER_GAP).max(0.0))
    }

    /// How far from the middle of the box's edge a line begins or ends: those of one box stand side by side, in the order
    /// in which they lead away.
    fn port(&self, link: usize, index: usize, side: Side, x: &[f64]) -> f64 {
        let next = |chain: &[usize]| match side {
            Side::Below => x[chain[1]],
            Side::Above => x[chain[chain.len() - 2]],
        };
        let here = |chain: &[usize]| match side {
            Side::Below => chain[0] == index,
            Side::Above => chain[chain.len() - 1] == index,
        };
        let mut lines: Vec<usize> =
            (0..self.chains.len()).filter(|at| here(&self.chains[*at])).collect();
        lines.sort_by(|a, b| next(&self.chains[*a]).total_cmp(&next(&self.chains[*b])));
        let at = lines.iter().position(|line| *line == link).unwrap_or(0);
        let width = self.vertices[index].size.width;
        // A wide frame lets a line end where it comes from.
        if lines.len() == 1 {
            let wish = next(&self.chains[link]) - x[index];
            let room = (width / 2.0 - 90.0).max(0.0);
            return wish.clamp(-room, room);
        }
        let step = (width * 0.7 / f64_of(lines.len())).min(28.0);
        (f64_of(at) - f64_of(lines.len() - 1) / 2.0) * step
    }
}

#[derive(Clone, Copy)]
enum Side {
    Above,
    Below,
}

fn vertex(size: Size, layer: usize, is_lane: bool) -> Vertex {
    Vertex { size, layer, is_lane, above: Vec::new(), below: Vec::new() }
}

/// The longest way from a beginning; beginnings stand as low as they can.
fn layers(count: usize, links: &[Link]) -> Vec<usize> {
    let mut layer = vec![0_usize; count];
    let mut sorted: Vec<&Link> = links.iter().collect();
    sorted.sort_by_key(|link| link.from);
    for link in &sorted {
        layer[link.to] = layer[link.to].max(layer[link.from] + 1);
    }
    for index in (0..count).rev() {
        if links.iter().any(|link| link.to == index) {
            continue;
        }
        let next = links.iter().filter(|link| link.from == index).map(|link| layer[link.to]);
        layer[index] = next.min().map_or(layer[index], |next| next.saturating_sub(1));
    }
    layer
}

fn mean(near: &[usize], of: &[f64]) -> Option<f64> {
    let sum: f64 = near.iter().map(|index| of[*index]).sum();
    (!near.is_empty()).then(|| sum / f64_of(near.len()))
}

fn f64_of(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Size = Size { width: 100.0, height: 40.0 };

    fn link(from: usize, to: usize) -> Link {
        Link { from, to, label: Size::default() }
    }

    #[test]
    fn each_box_stands_below_what_it_needs_and_beside_no_other() {
        let links = [link(0, 1), link(0, 2), link(1, 3), link(2, 3), link(0, 3)];
        let made = layout(&[BOX; 4], &links);
        for link in links {
            assert!(made.boxes[link.from].y + BOX.height < made.boxes[link.to].y);
        }
        assert!((made.boxes[1].x - made.boxes[2].x).abs() >= BOX.width + GAP);
        assert!((made.boxes[1].y - made.boxes[2].y).abs() < 1e-9);
        assert!(
            made.boxes.iter().all(|at| at.x >= 0.0 && at.x + BOX.width <= made.size.width + 1e-9)
        );
    }

    #[test]
    fn a_chain_is_straight_and_its_labels_lie_between() {
        let label = Size { width: 60.0, height: 14.0 };
        let links = [Link { from: 0, to: 1, label }, Link { from: 1, to: 2, label }];
        let made = layout(&[BOX; 3], &links);
        assert!(made.boxes.iter().all(|at| at.x.abs() < 1e-9));
        let label = made.routes[0].label;
        assert!(label.y > made.boxes[0].y + BOX.height && label.y < made.boxes[1].y);
    }

    #[test]
    fn lines_that_need_not_cross_do_not() {
        // Given crosswise: 0 → 3, 1 → 2.
        let made = layout(&[BOX; 4], &[link(0, 3), link(1, 2)]);
        let left_first = made.boxes[0].x < made.boxes[1].x;
        assert_eq!(left_first, made.boxes[3].x < made.boxes[2].x);
    }
}
