//! How do a plan's costs and its schedule look?

use std::fmt::Write;

use super::plan::ProductionPlan;
use super::timeline;
use crate::vrd::dollars::Dollars;
use crate::vrd::shots::board::escape;

const WIDTH: f64 = 760.0;
const NAMES: f64 = 200.0;
const ROW: f64 = 24.0;
const COLOURS: [&str; 8] =
    ["#3b6ea5", "#d1495b", "#4f9d69", "#e0a030", "#7a5c99", "#3a9ba0", "#a5663b", "#7d8597"];

/// The cost by tool, as bars.
pub fn costs(plan: &ProductionPlan) -> String {
    let mut rows: Vec<(&String, &Dollars)> =
        plan.cost_breakdown.by_tool.iter().filter(|(_, cost)| **cost > Dollars::ZERO).collect();
    rows.sort_by_key(|(tool, cost)| (std::cmp::Reverse(**cost), (*tool).clone()));
    let most = rows.first().map_or(1, |(_, cost)| cost.micros()).max(1);
    let mut svg =
        open(rows.len(), &format!("Cost by tool, {} in all", plan.total_estimated_cost_usd));
    let mut y = 40.0;
    for (index, (tool, cost)) in rows.iter().enumerate() {
        let length = ratio(cost.micros(), most) * (WIDTH - NAMES - 90.0);
        name(&mut svg, y, tool);
        let _ = write!(
            svg,
            r#"<rect x="{NAMES}" y="{:.1}" width="{:.1}" height="14" rx="3" fill="{}"/><text x="{:.1}" y="{:.1}">{cost}</text>"#,
            y + 4.0,
            length.max(1.5),
            COLOURS[index % COLOURS.len()],
            NAMES + length + 8.0,
            y + 15.5
        );
        y += ROW;
    }
    svg.push_str("</svg>");
    svg
}

/// The schedule: a row for each shot, and one for the project.
pub fn schedule(plan: &ProductionPlan) -> String {
    let slots = &plan.timeline_estimate.schedule;
    let whole = i64::from(timeline::length(&plan.timeline_estimate).millis()).max(1);
    let mut rows: Vec<&str> = plan.shot_plans.iter().map(|shot| shot.shot_id.as_str()).collect();
    rows.push("project");
    let mut providers: Vec<&str> = slots.iter().map(|slot| slot.provider.as_str()).collect();
    providers.sort_unstable();
    providers.dedup();
    let minutes = plan.timeline_estimate.parallel_time_minutes.as_f64();
    let mut svg = open(rows.len() + 2, &format!("Schedule, {minutes:.1} min side by side"));
    let room = WIDTH - NAMES - 20.0;
    minutes_axis(&mut svg, whole, rows.len());
    for (index, row) in rows.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a row of a chart")]
        let y = 40.0 + ROW * index as f64;
        name(&mut svg, y, row);
        for slot in slots.iter().filter(|slot| slot.shot_id.as_deref().unwrap_or("project") == *row)
        {
            let at = |moment: crate::vrd::seconds::Seconds| {
                NAMES + ratio(i64::from(moment.millis()), whole) * room
            };
            let colour =
                providers.iter().position(|provider| *provider == slot.provider).unwrap_or(0);
            let _ = write!(
                svg,
                r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="14" rx="2" fill="{}"><title>{} step {}: {} to {} s</title></rect>"#,
                at(slot.start_seconds),
                y + 4.0,
                (at(slot.end_seconds) - at(slot.start_seconds)).max(1.0),
                COLOURS[colour % COLOURS.len()],
                escape(&slot.tool),
                slot.step,
                slot.start_seconds,
                slot.end_seconds
            );
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a row of a chart")]
    legend(&mut svg, &providers, 40.0 + ROW * rows.len() as f64 + 14.0);
    svg.push_str("</svg>");
    svg
}

/// A line and a figure for each minute, or each few where there are many.
fn minutes_axis(svg: &mut String, whole: i64, rows: usize) {
    #[expect(clippy::cast_precision_loss, reason = "rows of a chart")]
    let bottom = 40.0 + ROW * rows as f64;
    let every = (whole / 60_000 / 10 + 1) * 60_000;
    for minute in (0..=whole).step_by(usize::try_from(every).unwrap_or(usize::MAX)) {
        let x = NAMES + ratio(minute, whole) * (WIDTH - NAMES - 20.0);
        let _ = write!(
            svg,
            r##"<path d="M{x:.1} 38V{bottom:.1}" stroke="#dde0e7"/><text x="{x:.1}" y="35" font-size="10" text-anchor="middle" fill="#7d8597">{}</text>"##,
            minute / 60_000
        );
    }
}

fn legend(svg: &mut String, providers: &[&str], top: f64) {
    let (mut x, mut y) = (NAMES, top);
    for (index, provider) in providers.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a name's length")]
        let wide = 30.0 + provider.chars().count() as f64 * 7.2;
        if x + wide > WIDTH {
            (x, y) = (NAMES, y + 18.0);
        }
        let _ = write!(
            svg,
            r#"<rect x="{x:.1}" y="{:.1}" width="10" height="10" rx="2" fill="{}"/><text x="{:.1}" y="{:.1}">{}</text>"#,
            y - 9.0,
            COLOURS[index % COLOURS.len()],
            x + 15.0,
            y,
            escape(provider)
        );
        x += wide;
    }
}

fn name(svg: &mut String, y: f64, text: &str) {
    let _ = write!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
        NAMES - 10.0,
        y + 15.5,
        escape(text)
    );
}

fn open(rows: usize, title: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "rows of a chart")]
    let height = 52.0 + ROW * rows as f64;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="system-ui,sans-serif" font-size="12" fill="#39404d" role="img" aria-label="{title}"><rect width="{WIDTH}" height="{height}" rx="8" fill="#fbfbfd" stroke="#dde0e7"/><text x="16" y="25" font-size="14" font-weight="600">{title}</text>"##
    )
}

fn ratio(part: i64, whole: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a length on paper")]
    let ratio = part as f64 / whole as f64;
    ratio
}
