//! The screens, as pixels and as accessible elements: one program, since each links all of them.

mod city_look;
mod door;
mod fonts;
mod layout;
mod looks;
mod lowered;
mod motion;
mod reference;
mod staff;
mod staff_pages;
mod stage;
mod tokens;
mod touches;
mod words;
