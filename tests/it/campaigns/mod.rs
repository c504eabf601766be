//! Campaigns, from draft to the last read receipt.

mod audience;
mod autopause;
mod codes;
mod control;
mod cost;
mod delivery;
mod doubt;
mod errors;
mod haste;
mod limits;
mod pools;
mod portfolio;
mod preflight;
mod retarget;
mod retry;
mod schedules;
mod truth;
mod waiting;
