//! Trust: power cuts, the whole system on a stage of real parts, the played morning. Development only.

pub mod album;
pub mod backlog;
pub mod crash;
pub mod journal;
pub mod ledger;
pub mod monday;
pub mod oracle;
pub mod random;
pub mod stage;
pub mod summary;
pub mod town;
pub mod week;
pub mod writes;
