//! The nursery's rules: when it is open, what extended care costs, what staff must look at.

pub mod absence;
pub mod alarm;
pub mod board;
pub mod correction;
pub mod fee;
pub mod house;
pub mod note;
pub mod papers;
pub mod settings;
pub mod tariff;
