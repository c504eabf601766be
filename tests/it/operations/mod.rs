//! What operators do: looking into the queue, trying again what failed, watching processes, asking the doctor.

mod cli;
mod dead_letters;
mod deploy;
mod doctor;
mod jobs;
mod people;
mod replay;
mod watch;
