//! Campaigns, from draft to the last read receipt.

mod audience;
mod codes;
mod control;
mod delivery;
mod doubt;
mod errors;
mod limits;
mod waiting;
