//! The sample month against what is written in `golden/`, line by line.

use std::{fs, path::Path};

use super::*;

/// Set: what is written now becomes what is expected. Read the difference before it is kept.
const WRITE_ENV: &str = "MACHITAP_WRITE_GOLDEN";

fn the_files() -> Vec<PaperFile> {
    files(&sample::sheet(&sample::papers()))
}

fn text(name: &str) -> String {
    let file = the_files().into_iter().find(|f| f.name == name);
    file.unwrap().text
}

/// A page in lines, without its style.
fn lines_of_page(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let mut lines = format!("{before}<style></style>{after}");
    for tag in [
        "<section",
        "<header",
        "<h1",
        "<h2",
        "<p",
        "<div",
        "<table",
        "<thead",
        "<tbody",
        "<tfoot",
        "<tr",
        "<td",
        "<th>",
        "<body",
        "<head>",
        "<title",
        "<meta",
        "</section",
        "</table",
    ] {
        lines = lines.replace(tag, &format!("\n{tag}"));
    }
    lines.replace("\n\n", "\n") + "\n"
}

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/papers/golden")
        .join(name);
    if std::env::var_os(WRITE_ENV).is_some() {
        return fs::write(path, made).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    for (n, (made, expected)) in made.lines().zip(expected.lines()).enumerate() {
        assert_eq!(made, expected, "{name}, line {}", n + 1);
    }
    assert_eq!(made, expected, "{name}");
}

#[test]
fn a_month_is_two_tables_a_register_a_class_and_the_statements() {
    let names: Vec<String> = the_files().into_iter().map(|f| f.name).collect();
    assert_eq!(
        names,
        [
            "register.csv",
            "statement.csv",
            "register-1.html",
            "register-2.html",
            "statement.html"
        ]
    );
}

#[test]
fn the_tables_are_as_written_down() {
    for name in ["register.csv", "statement.csv"] {
        compare(name, &text(name));
    }
}

#[test]
fn the_pages_are_as_written_down() {
    for name in ["register-1.html", "register-2.html", "statement.html"] {
        compare(name, &lines_of_page(&text(name)));
    }
}

#[test]
fn a_table_is_what_a_japanese_spreadsheet_opens() {
    for name in ["register.csv", "statement.csv"] {
        let table = text(name);
        assert!(table.as_bytes().starts_with(b"\xef\xbb\xbf"), "{name}");
        assert!(table.ends_with("\r\n"), "{name}");
        assert_eq!(
            table.matches('\n').count(),
            table.matches("\r\n").count(),
            "{name}"
        );
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(table.trim_start_matches('\u{feff}').as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{name}: {cell}");
            }
        }
    }
}

#[test]
fn a_page_runs_nothing_loads_nothing_and_keeps_names_as_text() {
    for name in ["register-1.html", "register-2.html", "statement.html"] {
        let page = text(name);
        assert!(page.contains("default-src 'none'"), "{name}");
        for never in [
            "<script",
            "javascript:",
            "http://",
            "https://",
            "@import",
            "url(",
        ] {
            assert!(!page.contains(never), "{name}: {never}");
        }
        assert!(!page.contains('\u{202e}'), "{name}");
        assert!(page.contains("@page"), "{name}");
    }
    assert!(text("register-2.html").contains("&lt;script&gt;"));
}

#[test]
fn the_panel_shows_a_row_a_child() {
    let rows = rows(&sample::papers());
    let hana = &rows[0];
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (
            hana.present,
            hana.absent,
            hana.unknown,
            hana.minutes,
            hana.yen
        ),
        (3, 2, 1, 103, 1_350)
    );
    assert_eq!(hana.class, "さくら組");
}

#[test]
fn no_name_is_in_a_debug_line() {
    let said = format!("{:?}", the_files());
    assert!(
        !said.contains("はな") && said.contains("register.csv"),
        "{said}"
    );
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever stands in a name, no page has more tags for it and no cell calculates.
        #[test]
        fn names_stay_names(name: String, class: String) {
            let mut papers = sample::papers();
            let tags = |papers: &Papers| -> usize {
                files(&sample::sheet(papers)).iter().filter(|f| f.name.ends_with(".html"))
                    .map(|f| f.text.matches('<').count()).sum()
            };
            let before = tags(&papers);
            papers.classes[0].children[0].name = name.into();
            papers.classes[0].name = class;
            prop_assert_eq!(tags(&papers), before);
            let table = tables::register(&papers);
            prop_assert_eq!(table.matches('\n').count(), table.matches("\r\n").count());
        }
    }
}
