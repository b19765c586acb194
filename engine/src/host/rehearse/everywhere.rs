//! What becomes of a run that is killed, at every moment that it has?
//!
//! Each case is a whole run: killed once, taken up again by a new process, played to its end, and judged by the book that
//! the seller keeps outside of both.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::killer::{Death, Killer};
use super::{Play, Stage};
use crate::host::HostError;
use crate::kind::buy::RecoveryKind;
use crate::kind::{Source, Step};
use crate::money::Usd;
use crate::plan::graph::Plan;

/// One job in the seller's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    pub client_ref: String,
    pub job: String,
    pub bill: Usd,
}

/// Where a purchase stood when its process died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    BeforeArmed,
    ArmedNotSent,
    SentNotAccepted,
    Accepted,
    Landed,
    /// The journal was being written, or an attempt without a purchase was under way.
    Elsewhere,
}

/// All cases of one row for one way of recovery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub cases: u64,
    /// Different states of run and purchases at the moment of death.
    pub states: u64,
    /// So many ended in doubt, named with their amount.
    pub in_doubt: u64,
}

/// A case that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub recovery: RecoveryKind,
    pub moment: u64,
    pub what: String,
}

/// What all cases came to.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    pub cells: BTreeMap<(RecoveryKind, Row), Cell>,
    /// Moments at which the run was killed.
    pub moments: u64,
    pub broken: Vec<Broken>,
}

/// The ways in which a seller may be asked again, one column each.
const COLUMNS: [RecoveryKind; 4] = [
    RecoveryKind::ClientId,
    RecoveryKind::ListWithEcho,
    RecoveryKind::ListFinishedOnly,
    RecoveryKind::None,
];

impl Row {
    pub const ALL: [Self; 6] = [
        Self::BeforeArmed,
        Self::ArmedNotSent,
        Self::SentNotAccepted,
        Self::Accepted,
        Self::Landed,
        Self::Elsewhere,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::BeforeArmed => "before the claim",
            Self::ArmedNotSent => "claimed, not sent",
            Self::SentNotAccepted => "sent, not recorded",
            Self::Accepted => "accepted, not landed",
            Self::Landed => "landed",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl Matrix {
    pub fn cases(&self) -> u64 {
        self.cells.values().map(|cell| cell.cases).sum()
    }

    /// Cells that no moment of this pipeline lies in.
    pub fn unreached(&self) -> Vec<(RecoveryKind, Row)> {
        let all = COLUMNS.iter().flat_map(|kind| Row::ALL.map(|row| (*kind, row)));
        all.filter(|cell| !self.cells.contains_key(cell)).collect()
    }
}

/// A seller with a book of its own, for one case.
pub type Staging<'a> = dyn Fn(RecoveryKind) -> (Stage, Box<dyn Fn() -> Vec<Sold>>) + 'a;

/// Kills a run of `plan` at each of its moments, at most so many for each way of recovery, evenly spread.
pub async fn kill_everywhere(
    plan: &Plan,
    inputs: &Map<String, Json>,
    files: &[Json],
    staging: &Staging<'_>,
    seed: u64,
    most: u64,
) -> Result<Matrix, HostError> {
    let mut matrix = Matrix::default();
    for recovery in COLUMNS {
        let mut states = BTreeMap::<Row, BTreeSet<String>>::new();
        let (stage, _) = staging(recovery);
        let mut whole = Play::new(plan, &stage, seed, Killer::default())?;
        whole.begin(inputs, files)?;
        tokio::task::unconstrained(whole.on()).await?;
        let moments = whole.killer.passed();
        let step = moments.div_ceil(most.max(1)).max(1);
        for moment in (1..=moments).step_by(usize::try_from(step).unwrap_or(1)) {
            let (stage, book) = staging(recovery);
            let mut run = Play::new(plan, &stage, seed, Killer::at(moment))?;
            run.begin(inputs, files)?;
            tokio::task::unconstrained(run.on()).await?;
            let (row, death) = (row(&run, &book()), run.killer.death());
            states.entry(row).or_default().insert(standing(&run, &book()));
            run.revive()?;
            tokio::task::unconstrained(run.on()).await?;
            matrix.moments += 1;
            let cell = matrix.cells.entry((recovery, row)).or_default();
            cell.cases += 1;
            let judged =
                unsent(&run, row, death).and_then(|()| judge(&whole, &run, &book(), recovery));
            match judged {
                Ok(doubts) => cell.in_doubt += u64::from(doubts > 0),
                Err(what) => matrix.broken.push(Broken { recovery, moment, what }),
            }
        }
        for (row, states) in states {
            matrix.cells.entry((recovery, row)).or_default().states = states.len() as u64;
        }
    }
    Ok(matrix)
}

/// Where the purchase stood whose moment it was.
fn row(play: &Play, book: &[Sold]) -> Row {
    let Some(Death::Attempt(attempt)) = play.killer.death() else { return Row::Elsewhere };
    if play.legs.get(&attempt).is_none_or(|(_, part)| *part != super::Part::Bought) {
        return Row::Elsewhere;
    }
    let Some((_, purchase)) = play.state.purchases_of(attempt).next() else {
        return Row::BeforeArmed;
    };
    match &purchase.job {
        _ if !purchase.last.is_open() => Row::Landed,
        Some(_) => Row::Accepted,
        None if book.iter().any(|sold| *sold.client_ref == *purchase.client_ref) => {
            Row::SentNotAccepted
        }
        None => Row::ArmedNotSent,
    }
}

/// A purchase that was not even claimed is sent by the next life, and never doubted.
fn unsent(play: &Play, row: Row, death: Option<Death>) -> Result<(), String> {
    let (Row::BeforeArmed, Some(Death::Attempt(attempt))) = (row, death) else { return Ok(()) };
    let mut own = play.state.purchases_of(attempt);
    if own.any(|(_, purchase)| purchase.last == Step::Doubted) {
        return Err("in doubt, and was never sent".into());
    }
    Ok(())
}

/// All that outlives the process, as a text to tell cases apart by.
fn standing(play: &Play, book: &[Sold]) -> String {
    let purchases: Vec<_> = play.state.purchases().collect();
    format!("{} {purchases:?} {book:?}", play.journal.len())
}

/// Holds a run that was killed against the book and against the run that was not. Gives how many purchases are in doubt.
fn judge(
    whole: &Play,
    play: &Play,
    book: &[Sold],
    recovery: RecoveryKind,
) -> Result<usize, String> {
    let purchases: Vec<_> = play.state.purchases().collect();
    let jobs: Vec<_> = purchases.iter().filter_map(|(_, purchase)| purchase.job.as_ref()).collect();
    if let Some(job) = jobs.iter().find(|job| jobs.iter().filter(|other| other == job).count() > 1)
    {
        return Err(format!("the job {} belongs to two purchases", job.id));
    }
    for sold in book {
        let twins = book.iter().filter(|other| other.client_ref == sold.client_ref).count();
        if twins > 1 {
            return Err(format!("{twins} jobs for one purchase: {}", sold.client_ref));
        }
        let Some((_, purchase)) =
            purchases.iter().find(|(_, purchase)| *purchase.client_ref == *sold.client_ref)
        else {
            return Err(format!("the job {} belongs to no purchase", sold.job));
        };
        match &purchase.last {
            Step::Landed { bill, .. } | Step::Failed { bill, .. } => {
                if bill.amount != sold.bill && bill.source != Source::Assumed {
                    return Err(format!(
                        "{} was billed {} and not {}",
                        sold.job, sold.bill, bill.amount
                    ));
                }
            }
            Step::Doubted => {} // Named, with its hold.
            step => return Err(format!("the job {} was {}", sold.job, step.word())),
        }
    }
    let doubts = purchases.iter().filter(|(_, purchase)| purchase.last == Step::Doubted);
    let doubts = doubts.count();
    let may_doubt = matches!(recovery, RecoveryKind::ListFinishedOnly | RecoveryKind::None);
    if doubts > 0 && !may_doubt {
        return Err("in doubt, and could be known".into());
    }
    if doubts == 0 && play.state.outcome() != whole.state.outcome() {
        let (was, should) = (play.state.outcome(), whole.state.outcome());
        return Err(format!("it ended {was:?}, and would have ended {should:?}"));
    }
    // What is bought by another attempt is another take, with other files and another bill.
    let bought_alike = bought_instead(whole, play)? == 0;
    if doubts == 0 && bought_alike && play.state.result() != whole.state.result() {
        return Err("its outputs are others than those of a run that was not killed".into());
    }
    Ok(doubts)
}

/// How many purchases the run has that the one that was not killed lacks: each in the place of one of the same request
/// that was never made, of the same node or of one that waited for its output.
fn bought_instead(whole: &Play, play: &Play) -> Result<usize, String> {
    let planned: BTreeSet<_> =
        whole.state.purchases().map(|(_, purchase)| &purchase.client_ref).collect();
    let mut never_made: Vec<_> = (play.state.purchases())
        .filter(|(_, purchase)| matches!(purchase.last, Step::Absent | Step::Refused))
        .map(|(_, purchase)| purchase.request)
        .collect();
    let mut others = 0;
    for (id, purchase) in play.state.purchases() {
        let is_nothing = matches!(purchase.last, Step::Absent | Step::Refused);
        if is_nothing || planned.contains(&purchase.client_ref) {
            continue;
        }
        let Some(place) = never_made.iter().position(|request| *request == purchase.request) else {
            let path = play.state.path(play.plan, id.attempt.at);
            return Err(format!("`{path}` bought once more than a run that was not killed"));
        };
        never_made.swap_remove(place);
        others += 1;
    }
    Ok(others)
}
