mod any_order;
mod points;
mod sample;
mod slips;
mod taps;
