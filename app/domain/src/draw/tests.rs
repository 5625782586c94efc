mod any_order;
mod odds;
mod rules;
mod tampering;
