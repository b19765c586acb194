//! Which agents are there?
//!
//! Each is a thin kind over rules that stand elsewhere: what it asks for, what it gives, how a failure reads.

mod script_smith;
mod shot_master;
mod video_solver;
mod vrd;

use flow_engine::kind::Registry;

/// Adds every agent.
pub(crate) fn register(registry: &mut Registry) {
    registry.add_pure(vrd::Requirements);
    registry.add_pure(script_smith::ScriptSmith);
    registry.add_pure(shot_master::ShotMaster);
    registry.add(video_solver::VideoSolver);
}
