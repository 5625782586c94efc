//! The screens, as pixels and as accessible elements: one program, since each links all of them.

mod city_look;
mod display;
mod door;
mod flashes;
mod fonts;
mod heap;
mod layout;
mod looks;
mod lowered;
mod motion;
mod reference;
mod staff;
mod staff_pages;
mod stage;
mod storm;
mod tokens;
mod touches;
mod words;
