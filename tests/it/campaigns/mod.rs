//! Campaigns, from draft to the last read receipt.

mod audience;
mod control;
mod delivery;
mod doubt;
mod errors;
mod limits;
mod waiting;
