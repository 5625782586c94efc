//! The city as its people meet it: the real binary, the real broker.

mod backup;
mod broker;
mod commands;
mod draws;
mod fares;
mod nursery;
mod phones;
mod points;
mod reception;
mod registrations;
mod support;
