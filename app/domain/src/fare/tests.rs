mod any_order;
mod list;
mod rides;
mod slips;
