//! A tray of sample cards beside the kiosks of the demonstration.
//!
//! `machitap-tray PLACE=TEXT… -- CARD=TEXT…`: a press on a card writes `PLACE CARD` to
//! standard output; whoever started the tray holds that card to that kiosk. Development
//! only.

#[cfg(feature = "winit")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    tray::run()
}

#[cfg(not(feature = "winit"))]
fn main() {
    eprintln!("the tray needs a build with the feature winit");
    std::process::exit(1);
}

#[cfg(feature = "winit")]
mod tray {
    use std::{error::Error, io::Write as _, rc::Rc};

    use slint::{ComponentHandle as _, SharedString, VecModel};

    use self::window::{Choice, Tray};

    #[allow(missing_docs, clippy::all)]
    mod window {
        slint::slint! {
            import { ScrollView } from "std-widgets.slint";

            export struct Choice {
                key: string,
                text: string,
            }

            component Pad inherits Rectangle {
                in property <string> text;
                in property <bool> chosen;
                callback clicked();
                height: 44px;
                border-radius: 10px;
                border-width: 2px;
                border-color: #1a5d4c;
                background: area.pressed ? #cfe5df : chosen ? #1a5d4c : #ffffff;
                accessible-role: button;
                accessible-label: text;
                accessible-action-default => { clicked(); }
                area := TouchArea { clicked => { root.clicked(); } }
                Text {
                    x: 14px;
                    width: parent.width - 28px;
                    height: parent.height;
                    text: root.text;
                    color: root.chosen ? #ffffff : #2b211a;
                    font-size: 16px;
                    vertical-alignment: center;
                    overflow: elide;
                }
            }

            export component Tray inherits Window {
                in property <[Choice]> places;
                in property <[Choice]> cards;
                in-out property <int> place: 0;
                callback tapped(string, string);
                title: "カード";
                default-font-family: "BIZ UDGothic";
                background: #fdf6ea;
                preferred-width: 360px;
                preferred-height: 720px;
                VerticalLayout {
                    padding: 16px;
                    spacing: 12px;
                    Text {
                        text: "どこに かざしますか";
                        font-size: 16px;
                        color: #6b5f55;
                    }
                    HorizontalLayout {
                        spacing: 8px;
                        for choice[i] in places: Pad {
                            text: choice.text;
                            chosen: root.place == i;
                            clicked => { root.place = i; }
                        }
                    }
                    Text {
                        text: "カード";
                        font-size: 16px;
                        color: #6b5f55;
                    }
                    ScrollView {
                        VerticalLayout {
                            spacing: 8px;
                            alignment: start;
                            for choice in cards: Pad {
                                text: choice.text;
                                clicked => { root.tapped(places[root.place].key, choice.key); }
                            }
                        }
                    }
                }
            }
        }
    }

    fn choices(words: &[String]) -> slint::ModelRc<Choice> {
        let choices = words.iter().filter_map(|word| {
            let (key, text) = word.split_once('=')?;
            Some(Choice {
                key: key.into(),
                text: text.into(),
            })
        });
        Rc::new(VecModel::from(choices.collect::<Vec<_>>())).into()
    }

    pub(super) fn run() -> Result<(), Box<dyn Error>> {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let (places, cards) = match words.iter().position(|word| word == "--") {
            Some(at) => (&words[..at], &words[at + 1..]),
            None => return Err("machitap-tray PLACE=TEXT… -- CARD=TEXT…".into()),
        };
        let tray = Tray::new()?;
        tray.set_places(choices(places));
        tray.set_cards(choices(cards));
        tray.on_tapped(|place: SharedString, card: SharedString| {
            let mut out = std::io::stdout().lock();
            let told = writeln!(out, "{place} {card}").and_then(|()| out.flush());
            if told.is_err() {
                // Nobody holds cards any more.
                let _ = slint::quit_event_loop();
            }
        });
        tray.run()?;
        Ok(())
    }
}
