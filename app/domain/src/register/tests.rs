mod any_order;
mod bytes;
mod forms;
mod issue;
mod judging;
mod sample;
