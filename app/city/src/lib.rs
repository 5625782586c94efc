//! The city's side of Machitap: enrolment, documents, ingest and receipts, ledger, the
//! day's page, the pages of residents' phones.
//!
//! [`ingest`] and [`ledger`] work on a database alone and can be driven without a broker;
//! [`link`] is the only module that knows MQTT, [`db`] the only one that knows SQL.

pub mod backup;
pub mod broker;
pub mod bundles;
pub mod config;
pub mod db;
pub mod documents;
pub mod draws;
pub mod enrol;
pub mod exit;
pub mod files;
pub mod flaw;
pub mod home;
pub mod ingest;
pub mod ledger;
pub mod link;
pub mod month;
pub mod nursery;
pub mod phones;
pub mod pin;
pub mod pki;
pub mod points;
pub mod publish;
pub mod registry;
pub mod replay;
pub mod rides;
pub mod send;
pub mod serve;
pub mod time;
pub mod web;
