mod law;
mod nursery;
mod service;
mod staff;
mod town;
mod visit;
