mod any_order;
mod queue;
mod sample;
mod slips;
