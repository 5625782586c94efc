//! `cargo xtask screens`: the catalogue of screens, for people to leaf through.

use anyhow::Result;
use clap::Args;

use crate::run;

/// Which of them; what there is to choose from, the one who draws knows and says.
#[derive(Args)]
pub(crate) struct Screens {
    /// Only views whose name holds this, as `visit`; may be given again
    #[arg(long, value_name = "NAME")]
    part: Vec<String>,
    /// Only in this language, as `ja-Hira`; may be given again
    #[arg(long, value_name = "TAG")]
    language: Vec<String>,
    /// Only in this size, as `1280x800`; may be given again
    #[arg(long, value_name = "WxH")]
    size: Vec<String>,
    /// Only in this look, `house` or a town's own, `sea`; may be given again
    #[arg(long, value_name = "NAME")]
    look: Vec<String>,
}

impl Screens {
    pub(crate) fn draw(&self) -> Result<()> {
        let to = run::target_dir().join("screens");
        let to_text = to.to_string_lossy();
        let mut args = vec![
            "run",
            "--quiet",
            "-p",
            "machitap-kiosk-ui",
            "--features",
            "debug-info",
            "--example",
            "screens",
            "--",
            &to_text,
        ];
        for (name, values) in [
            ("--part", &self.part),
            ("--language", &self.language),
            ("--size", &self.size),
            ("--look", &self.look),
        ] {
            args.extend(values.iter().flat_map(|value| [name, value.as_str()]));
        }
        run::cargo(&args)?;
        println!("open {}", to.join("index.html").display());
        Ok(())
    }
}
