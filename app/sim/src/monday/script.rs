//! The script of a day: one act a line, in the order of time.
//!
//! ```text
//! day 2026-11-30
//! case 3 the early bird waits
//! 08:53:20 tap g25 household
//!     read "¥300"
//!     touch "まつ"
//! ```
//! A time lets the clock pass until then; what follows on the line, and on the lines
//! without a time, happens at once.

use anyhow::{Context, Result, bail, ensure};
use jiff::civil::{Date, Time};

/// A line of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// As written, for messages.
    pub text: String,
    /// Time passes until then.
    pub at: Option<Time>,
    /// What happens.
    pub act: Option<Act>,
}

/// What may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Another day begins; times are of this day.
    Day(Date),
    /// A special case begins.
    Case {
        /// Its number, counted from 1.
        number: usize,
        /// What it is about.
        title: String,
    },
    /// A household's guardian brings everybody who is expected: card, button, the usual
    /// answer to each question.
    In(u8),
    /// A household's guardian fetches everybody who is here.
    Out(u8),
    /// A card is held until that view comes.
    Tap {
        /// Which.
        card: String,
        /// The view.
        view: String,
    },
    /// Two cards are held together until that view comes.
    Two {
        /// One.
        cards: [String; 2],
        /// The view.
        view: String,
    },
    /// A card leaves in the middle of being read.
    Early {
        /// Which.
        card: String,
        /// The view.
        view: String,
    },
    /// That view comes.
    See(String),
    /// Something on the screen says this.
    Read(String),
    /// Nothing on the screen says this.
    Miss(String),
    /// What is labelled so is pressed.
    Touch(String),
    /// What is labelled beginning so is pressed.
    TouchBeginning(String),
    /// What is labelled so is pressed so many times.
    Times(u8, String),
    /// What can be pressed and says this is found by paging, and pressed.
    Find(String),
    /// Every child on the tick-off list is ticked.
    Everyone,
    /// The staff PIN is typed.
    Pin,
    /// The plug is pulled (SIGKILL).
    Kill,
    /// The kiosk starts.
    Start,
    /// Between a kill and a start the machine was off: nobody vouches for its clock.
    Reboot,
    /// A time server is heard, or nobody is.
    Vouched(bool),
    /// The wall clock is this many days wrong.
    Wrong(i64),
    /// The broker starts or stops.
    Broker(bool),
    /// The city has receipted everything.
    Counted,
    /// A picture.
    Picture {
        /// Its name.
        name: String,
        /// What it shows.
        caption: String,
    },
}

/// Reads a script.
///
/// # Errors
/// Names the line.
pub fn parse(text: &str) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (n, text) in text.lines().enumerate() {
        let number = n + 1;
        let line = line(number, text).with_context(|| format!("line {number}: {text:?}"))?;
        lines.extend(line);
    }
    Ok(lines)
}

fn line(number: usize, text: &str) -> Result<Option<Line>> {
    let mut rest = text.trim();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(None);
    }
    let mut at = None;
    if let Some((first, more)) = word(rest)
        && first.starts_with(|c: char| c.is_ascii_digit())
    {
        at = Some(first.parse().context("a time is HH:MM:SS")?);
        rest = more;
    }
    let act = (!rest.is_empty()).then(|| act(rest)).transpose()?;
    Ok(Some(Line {
        number,
        text: text.trim().to_owned(),
        at,
        act,
    }))
}

/// The first word and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Some((&text[..end], text[end..].trim_start()))
}

/// What stands in quotes; `\n` is the end of a line.
fn unquote(text: &str) -> Result<String> {
    let inner = text.strip_prefix('"').and_then(|r| r.strip_suffix('"'));
    let inner = inner.context("what is on the screen stands in quotes")?;
    Ok(inner.replace("\\n", "\n"))
}

fn act(text: &str) -> Result<Act> {
    let (verb, rest) = word(text).context("nothing happens")?;
    let one = || -> Result<String> {
        let (first, more) = word(rest).context("says nothing more")?;
        ensure!(more.is_empty(), "{more:?} is too much");
        Ok(first.to_owned())
    };
    let words = || -> Vec<String> { rest.split_whitespace().map(str::to_owned).collect() };
    let quoted = || unquote(rest);
    Ok(match verb {
        "day" => Act::Day(one()?.parse()?),
        "case" => {
            let (number, title) = word(rest).context("a case has a number")?;
            Act::Case {
                number: number.parse()?,
                title: title.to_owned(),
            }
        }
        "in" => Act::In(one()?.parse()?),
        "out" => Act::Out(one()?.parse()?),
        "tap" | "early" => {
            let Ok([card, view]) = <[String; 2]>::try_from(words()) else {
                bail!("a card and a view");
            };
            if verb == "tap" {
                Act::Tap { card, view }
            } else {
                Act::Early { card, view }
            }
        }
        "two" => {
            let Ok([one, other, view]) = <[String; 3]>::try_from(words()) else {
                bail!("two cards and a view");
            };
            Act::Two {
                cards: [one, other],
                view,
            }
        }
        "see" => Act::See(one()?),
        "read" => Act::Read(quoted()?),
        "miss" => Act::Miss(quoted()?),
        "touch" => Act::Touch(quoted()?),
        "touch-beginning" => Act::TouchBeginning(quoted()?),
        "find" => Act::Find(quoted()?),
        "times" => {
            let (number, label) = word(rest).context("how many times?")?;
            Act::Times(number.parse()?, unquote(label)?)
        }
        "everyone" => Act::Everyone,
        "pin" => Act::Pin,
        "kill" => Act::Kill,
        "start" => Act::Start,
        "reboot" => Act::Reboot,
        "clock" => match one()?.as_str() {
            "heard" => Act::Vouched(true),
            "alone" => Act::Vouched(false),
            "right" => Act::Wrong(0),
            "a-day-ahead" => Act::Wrong(1),
            "a-day-behind" => Act::Wrong(-1),
            other => bail!("a clock is not {other:?}"),
        },
        "broker" => match one()?.as_str() {
            "comes" => Act::Broker(true),
            "goes" => Act::Broker(false),
            other => bail!("a broker does not {other:?}"),
        },
        "counted" => Act::Counted,
        "picture" => {
            let (name, caption) = word(rest).context("a picture has a name")?;
            Act::Picture {
                name: name.to_owned(),
                caption: unquote(caption)?,
            }
        }
        other => bail!("nobody knows how to {other:?}"),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn acts(text: &str) -> Vec<Act> {
        parse(text)
            .unwrap()
            .into_iter()
            .filter_map(|l| l.act)
            .collect()
    }

    #[test]
    fn a_line_is_a_time_an_act_or_both() {
        let lines = parse("# nothing\n\n07:01:10 in 72\n  see idle\n19:05:00").unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].at, Some(time(7, 1, 10, 0)));
        assert_eq!(lines[0].act, Some(Act::In(72)));
        assert_eq!((lines[1].at, lines[1].number), (None, 4));
        assert_eq!(
            (lines[2].at, lines[2].act.clone()),
            (Some(time(19, 5, 0, 0)), None)
        );
    }

    #[test]
    fn texts_of_the_screen_keep_their_spaces() {
        assert_eq!(
            acts("touch \"見本 花を 降園に かえる\"\npicture p \"A b.\""),
            [
                Act::Touch("見本 花を 降園に かえる".into()),
                Act::Picture {
                    name: "p".into(),
                    caption: "A b.".into()
                }
            ]
        );
    }

    #[test]
    fn a_slip_names_its_line() {
        for slip in [
            "tap g01",
            "dance",
            "touch 記録する",
            "25:00:00 pin",
            "clock mad",
            "in g01",
        ] {
            let said = parse(&format!("pin\n{slip}")).unwrap_err().to_string();
            assert!(said.starts_with("line 2: "), "{said}");
        }
    }
}
