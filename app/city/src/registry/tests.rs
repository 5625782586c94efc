mod any_order;
mod leasing;
mod sample;
mod told;
