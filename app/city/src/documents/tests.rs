use machitap_domain::sound::VoiceRule;

use super::*;
use crate::home::{Plan, init};

pub(super) fn samples() -> (tempfile::TempDir, PathBuf, CityId) {
    let dir = tempfile::tempdir().unwrap();
    let city: CityId = "town".parse().unwrap();
    let plan = Plan {
        city: city.clone(),
        hosts: vec![],
        broker_port: 8883,
        broker_user: "mosquitto".to_owned(),
        web_port: 8080,
        enrol_port: 8884,
    };
    init(dir.path(), &plan).unwrap();
    let documents = dir.path().join("documents");
    (dir, documents, city)
}

pub(super) fn spoil(dir: &Path, file: &str, from: &str, to: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {file}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_samples_are_sound() {
    let (_dir, documents, city) = samples();
    let read = read(&documents, &city).unwrap();
    assert_eq!(read.catalogue.facilities.len(), 3);
    assert_eq!(read.rosters.len(), 3);
    assert_eq!(
        read.rosters[&"nursery-1".parse().unwrap()].households.len(),
        2
    );
    let nursery = read.catalogue.facilities[&"nursery-1".parse().unwrap()]
        .service
        .as_nursery()
        .unwrap();
    assert_eq!((nursery.tariffs.len(), nursery.questions.len()), (1, 1));
    assert_eq!(nursery.tariffs[0].short.bands.len(), 3);
    let people = &read.rosters[&"nursery-1".parse().unwrap()].households;
    let of = |f: fn(&machitap_domain::roster::Guardian) -> bool| {
        people
            .iter()
            .flat_map(|h| &h.people)
            .filter(|p| f(p))
            .count()
    };
    assert_eq!((of(|p| p.barred), of(|p| !p.when.is_empty())), (1, 1));
    assert_eq!(read.absences[&"nursery-1".parse().unwrap()].items.len(), 2);
    assert_eq!(read.notices.items.len(), 2);
    assert_eq!(read.nicknames.len(), 1);
    assert_eq!(read.groups.iter().count(), 0);
    let offers = &read.catalogue.offers;
    assert_eq!((offers.prizes.len(), offers.projects.len()), (2, 1));
}

/// What the sample offers behind a '#', without the '#'. Words for people have a space after it.
pub(super) fn taken_up(text: &str) -> String {
    text.lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with("  ") || !rest.starts_with([' ', '#']) => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_the_sample_catalogue_offers_is_sound_too() {
    let (_dir, documents, city) = samples();
    let path = documents.join("catalogue.toml");
    let text = taken_up(&fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
    let path = documents.join("groups.toml");
    let text = taken_up(&fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
    let read = read(&documents, &city).unwrap();
    assert_eq!((read.groups.areas.len(), read.groups.teams.len()), (1, 1));
    let catalogue = read.catalogue;
    let culture = catalogue.point_rule(&"culture".parse().unwrap()).unwrap();
    assert_eq!(culture.rules.len(), 1);
    assert_eq!(culture.rules[0].campaigns.len(), 1);
    assert_eq!(catalogue.points.expire_months, Some(24));
    assert_eq!(catalogue.draws.len(), 1);
    let service = |id: &str| &catalogue.facilities[&id.parse().unwrap()].service;
    let events = service("gymnasium").as_event().unwrap();
    assert_eq!(events.events.len(), 2);
    assert!(events.events[0].exit && events.events[1].listed_only);
    assert!(service("clinic").as_reception().is_some());
    let sound = &catalogue.facilities[&"nursery-1".parse().unwrap()].sound;
    assert_eq!((sound.quiet.len(), sound.voice), (2, VoiceRule::On));
}

/// The sample catalogue with all it offers, and these lines more in a roster.
fn with_roster(roster: &str, more: &str) -> Result<Documents, String> {
    let (_dir, documents, city) = samples();
    let path = documents.join("catalogue.toml");
    let text = taken_up(&fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
    let path = documents.join(format!("rosters/{roster}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|_| format!("facility = \"{roster}\"\n"));
    fs::write(&path, text + more).unwrap();
    read(&documents, &city).map_err(|why| {
        let name = format!("{}/", documents.display());
        why.to_string().replace(&name, "")
    })
}

#[test]
fn a_roster_names_events_and_systems_that_there_are() {
    let attending = "[[attending]]\nevent = \"concert-2026\"\ncitizen = \"NGS-000001\"\n";
    let linked = "[[residents]]\ncitizen = \"NGS-000077\"\nlinks = { clinic = \"0077\" }\n";
    let read = with_roster("gymnasium", attending).unwrap();
    assert_eq!(read.rosters.len(), 4);
    with_roster("clinic", linked).unwrap();
    with_roster("library", linked).unwrap();
    let twice = linked.replace("000077", "000078");
    for (roster, more, said) in [
        (
            "gymnasium",
            attending.replace("concert", "concrete"),
            "rosters/gymnasium.toml:3: attending#1.event: gymnasium has no event concrete-2026",
        ),
        (
            "hall",
            attending.to_owned(),
            "rosters/hall.toml:15: attending#1.event: hall has no event concert-2026",
        ),
        (
            "clinic",
            linked.replace("clinic", "clinc"),
            "rosters/clinic.toml:4: residents#1.links.clinc: \
             no facility of the catalogue names the system clinc",
        ),
        (
            "clinic",
            format!("{linked}{twice}"),
            "rosters/clinic.toml:7: residents#2.links.clinic: \
             residents #1 and #2 have the same number in clinic",
        ),
        (
            "clinic",
            linked.replace("0077\" }", "００７７\" }"),
            "rosters/clinic.toml:4: residents#1.links: a link number is 1 to 32 characters of \
             A-Z, 0-9 and '-'",
        ),
    ] {
        let why = with_roster(roster, &more).unwrap_err();
        assert!(why.starts_with(said), "{said} in: {why}");
    }
}

#[test]
fn a_group_that_slips_is_named() {
    let group = "[[areas]]\nid = \"north\"\nname = { ja = \"北\" }\n";
    let with = |members: &str| format!("{group}members = [{members}]\n");
    for (text, said) in [
        (
            format!("{group}{group}"),
            "groups.toml:5: areas#2.id: stands twice",
        ),
        (
            group.replace("北", ""),
            "areas#1.name: a name has 1 to 16 characters",
        ),
        (with("\"A-1\""), "groups.toml:4: areas#1.members"),
        (
            with("\"NGS-000001\", \"NGS-000001\""),
            "areas#1.members#2: stands twice",
        ),
        (
            with("\"NGS-000001\"") + &with("\"NGS-000001\"").replace("north", "south"),
            "areas#2.members#1: lives in another area already",
        ),
        (group.replace("areas", "clubs"), "groups.toml:1: clubs"),
    ] {
        let (_dir, documents, city) = samples();
        fs::write(documents.join("groups.toml"), &text).unwrap();
        let flaws = read(&documents, &city).unwrap_err().to_string();
        assert!(flaws.contains(said), "{flaws} for {text}");
    }
    // In two teams one may be.
    let (_dir, documents, city) = samples();
    let teams = with("\"NGS-000001\"") + &with("\"NGS-000001\"").replace("north", "south");
    fs::write(
        documents.join("groups.toml"),
        teams.replace("areas", "teams"),
    )
    .unwrap();
    assert_eq!(read(&documents, &city).unwrap().groups.teams.len(), 2);
}

#[test]
fn two_rosters_say_one_age() {
    let (_dir, documents, city) = samples();
    let say = |file: &str, line: &str| {
        let cards = "cards = [{ uid = \"felica:1123456789abcdef\" }]\n";
        spoil(&documents, file, cards, &format!("{cards}{line}\n"));
    };
    say("rosters/hall.toml", "age = \"adult\"\nbirth_month = 5");
    say("rosters/library.toml", "age = \"adult\"");
    assert!(read(&documents, &city).is_ok());
    spoil(
        &documents,
        "rosters/library.toml",
        "age = \"adult\"",
        "age = \"senior\"",
    );
    let flaws = read(&documents, &city).unwrap_err().to_string();
    let said = "residents#1.age: the roster of hall says another";
    assert!(flaws.contains(said), "{flaws}");
    spoil(
        &documents,
        "rosters/library.toml",
        "age = \"senior\"",
        "birth_month = 6",
    );
    let flaws = read(&documents, &city).unwrap_err().to_string();
    assert!(flaws.contains("residents#1.birth_month: "), "{flaws}");
}

#[test]
fn each_slip_is_named_by_file_line_and_key() {
    for (file, from, to, said) in [
        (
            "catalogue.toml",
            "city = \"town\"",
            "city = \"village\"",
            "city",
        ),
        (
            "catalogue.toml",
            "done_ms = 8000",
            "done_ms = 8",
            "facilities.nursery-1.timing.done_ms",
        ),
        (
            "catalogue.toml",
            "# How long things stay and wait, milliseconds. Every line may be left out.",
            "[facilities.nursery-1.sound]\nvolume = 300",
            "facilities.nursery-1.sound.volume",
        ),
        (
            "catalogue.toml",
            "# How long things stay and wait, milliseconds. Every line may be left out.",
            "[facilities.nursery-1.sound]\nvoice = \"loud\"",
            "facilities.nursery-1.sound.voice",
        ),
        (
            "catalogue.toml",
            "# How long things stay and wait, milliseconds. Every line may be left out.",
            "[facilities.nursery-1.sound]\nvolumes = 3",
            "facilities.nursery-1.sound.volumes",
        ),
        (
            "catalogue.toml",
            "base = 10,",
            "base = 99999,",
            "facilities.hall.service",
        ),
        (
            "rosters/nursery-1.toml",
            "mark = \"bear\"",
            "mark = \"wolf\"",
            "households#1.children#2.mark",
        ),
        (
            "rosters/hall.toml",
            "pin_hash = \"$argon2id",
            "pin_hash = \"$plain",
            "staff#1.pin_hash",
        ),
        (
            "rosters/hall.toml",
            "facility = \"hall\"",
            "facility = \"barn\"",
            "facility",
        ),
        (
            "catalogue.toml",
            "cutoff = \"09:30\"",
            "cutoff = \"9h30\"",
            "facilities.nursery-1.service.cutoff",
        ),
        (
            "catalogue.toml",
            "closing_grace_min = 10",
            "closing_grace_mins = 10",
            "facilities.nursery-1.service.closing_grace_mins",
        ),
        (
            "catalogue.toml",
            "cutoff = \"09:30\"",
            "cutoff = \"19:30\"",
            "facilities.nursery-1.service.cutoff",
        ),
        (
            "catalogue.toml",
            "closing_grace_min = 10",
            "closing_grace_min = 1000",
            "facilities.nursery-1.service.closing_grace_min",
        ),
        (
            "catalogue.toml",
            "id = \"medicine\"",
            "id = \"お薬\"",
            "facilities.nursery-1.service.questions#1.id",
        ),
        (
            "catalogue.toml",
            "ja = \"お薬は ありますか\"",
            "ja = \"お薬は\\nありますか\"",
            "facilities.nursery-1.service.questions#1.text",
        ),
        (
            "rosters/nursery-1.toml",
            "until = \"2032-03-31\"",
            "until = \"2025-03-31\"",
            "households#1.children#2.until",
        ),
        (
            "rosters/nursery-1.toml",
            "role = \"collector\"",
            "role = \"staff\"",
            "households#1.people#2.role",
        ),
        (
            "rosters/nursery-1.toml",
            "role = \"collector\"",
            "role = \"aunt\"",
            "households#1.people#2.role",
        ),
        (
            "rosters/nursery-1.toml",
            "barred = true",
            "barred = true\nwhen = [{ days = [\"tue\"] }]",
            "households#2.people#2.when",
        ),
        (
            "rosters/nursery-1.toml",
            "text = { ja = \"タオル",
            "text = { ja = \"\\t",
            "households#1.notices#1.text",
        ),
        (
            "absences/nursery-1.toml",
            "child = \"NGS-000101\"",
            "child = \"NGS-000999\"",
            "items#1.child",
        ),
        (
            "absences/nursery-1.toml",
            "until = \"2026-12-01\"",
            "until = \"2026-11-01\"",
            "items#1.until",
        ),
        (
            "absences/nursery-1.toml",
            "why = \"sick\" ",
            "why = \"late?\" ",
            "items#1.why",
        ),
        (
            "absences/nursery-1.toml",
            "why = \"late\"\n",
            "why = \"late\"\nuntil = \"11月\"\n",
            "items#2.until",
        ),
        (
            "absences/nursery-1.toml",
            "facility = \"nursery-1\"",
            "facility = \"hall\"",
            "facility",
        ),
        ("nicknames.toml", "NGS-000001", "ngs", "nicknames.ngs"),
        (
            "notices.toml",
            "[[items]]\n",
            "[[items]]\nuntil = 2027-03-31\n",
            "items#1.until",
        ),
    ] {
        let (_dir, documents, city) = samples();
        spoil(&documents, file, from, to);
        let spoilt = fs::read_to_string(documents.join(file)).unwrap();
        let at = spoilt.find(to).unwrap() + to.trim_end().rfind('\n').map_or(0, |n| n + 1);
        let line = spoilt[..at].lines().count() + usize::from(spoilt[..at].ends_with('\n'));
        let name = documents.join(file);
        let said = format!("{}:{}: {said}: ", name.display(), line.max(1));
        let why = read(&documents, &city).unwrap_err().to_string();
        assert!(why.starts_with(&said), "{said} in: {why}");
    }
}

#[test]
fn a_card_twice_and_a_slip_elsewhere_are_both_told() {
    let (_dir, documents, city) = samples();
    spoil(
        &documents,
        "rosters/nursery-1.toml",
        "NGS-000002",
        "NGS-000001",
    );
    spoil(&documents, "notices.toml", "ja = ", "jp = ");
    let Err(Rejected::Flaws(flaws)) = read(&documents, &city) else {
        panic!("taken");
    };
    assert_eq!(flaws.len(), 2, "{flaws:?}");
    assert!(
        flaws.iter().any(|f| f.key == "households#2.id"),
        "{flaws:?}"
    );
}

#[test]
fn without_a_catalogue_there_is_nothing_to_publish() {
    let (_dir, documents, city) = samples();
    fs::remove_file(documents.join("catalogue.toml")).unwrap();
    assert!(matches!(
        read(&documents, &city),
        Err(Rejected::File { why, .. }) if why.kind() == io::ErrorKind::NotFound
    ));
}

#[test]
fn a_tariff_that_slips_is_told_in_a_sentence() {
    let tariffs = "facilities.nursery-1.service.tariffs#1";
    for (from, to, said) in [
        (
            "core = { from = \"08:30\", until = \"16:30\" }",
            "core = { from = \"08:30\", until = \"17:30\" }",
            format!(
                "{tariffs}.short.bands#2: the tariff from 2026-04-01 for short hours (短時間): \
                 the band 16:30–18:00 reaches into the core hours 08:30–17:30; a band lies \
                 wholly before or wholly after them"
            ),
        ),
        (
            "core = { from = \"07:15\", until = \"18:15\" }",
            "core = { from = \"07:15\", until = \"06:15\" }",
            format!(
                "{tariffs}.standard.core: the tariff from 2026-04-01 for standard hours \
                 (標準時間): the core hours 07:15–06:15 end before they begin"
            ),
        ),
        (
            "until = \"19:00\", unit_min = 30, yen = 150",
            "until = \"19:00\", unit_min = 0, yen = 150",
            format!("{tariffs}.short.bands#3: the tariff from 2026-04-01 for short hours"),
        ),
        (
            "from = \"18:00\", until",
            "from = \"17:00\", until",
            format!(
                "{tariffs}.short.bands#3: the tariff from 2026-04-01 for short hours (短時間): the band 17:00–19:00 begins before the one above it has ended"
            ),
        ),
        (
            "hours = { from = \"07:00\", until = \"19:00\" }",
            "hours = { from = \"07:00\", until = \"06:00\" }",
            "facilities.nursery-1.service.hours: the nursery closes at 06:00 and opens at 07:00"
                .to_owned(),
        ),
    ] {
        let (_dir, documents, city) = samples();
        spoil(&documents, "catalogue.toml", from, to);
        let why = read(&documents, &city).unwrap_err().to_string();
        assert!(why.contains(&said), "{said} in: {why}");
    }
}

#[test]
fn tariffs_out_of_order_and_a_second_one_are_placed_at_their_own_line() {
    let (_dir, documents, city) = samples();
    let path = documents.join("catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    let begin = text
        .find("[[facilities.nursery-1.service.tariffs]]")
        .unwrap();
    let end = text.find("# Asked at drop-off").unwrap();
    let second = text[begin..end].replace("unit_min = 15, yen = 50", "unit_min = 15, yen = 999999");
    fs::write(&path, format!("{}{second}{}", &text[..end], &text[end..])).unwrap();
    let why = read(&documents, &city).unwrap_err().to_string();
    let line =
        text[..end].lines().count() + 1 + second[..second.find("bands").unwrap()].lines().count();
    assert!(
        why.contains(&format!(
            ":{line}: facilities.nursery-1.service.tariffs#2.standard.bands#1: "
        )),
        "{line}: {why}"
    );
    let second = second.replace("999999", "50");
    fs::write(&path, format!("{}{second}{}", &text[..end], &text[end..])).unwrap();
    let why = read(&documents, &city).unwrap_err().to_string();
    assert!(
        why.contains("tariffs#2.from: the tariff from 2026-04-01 stands after"),
        "{why}"
    );
}

#[test]
fn absences_of_no_nursery_and_children_of_no_roster_are_refused() {
    let (_dir, documents, city) = samples();
    fs::write(
        documents.join("absences/hall.toml"),
        "facility = \"hall\"\n",
    )
    .unwrap();
    let why = read(&documents, &city).unwrap_err().to_string();
    assert!(
        why.contains("hall.toml:1: facility: the catalogue has no nursery hall"),
        "{why}"
    );

    let (_dir, documents, city) = samples();
    fs::remove_file(documents.join("rosters/nursery-1.toml")).unwrap();
    let why = read(&documents, &city).unwrap_err().to_string();
    assert!(why.contains("items#1.child: no child of this id"), "{why}");

    let (_dir, documents, city) = samples();
    spoil(
        &documents,
        "absences/nursery-1.toml",
        "n-2026-11-30-1",
        "n-2026-11-30-2",
    );
    let why = read(&documents, &city).unwrap_err().to_string();
    assert!(
        why.contains("items#2.id: notice n-2026-11-30-2 stands twice"),
        "{why}"
    );

    // A roster with a slip is told once, not again for each child.
    let (_dir, documents, city) = samples();
    spoil(
        &documents,
        "rosters/nursery-1.toml",
        "mark = \"bear\"",
        "mark = \"wolf\"",
    );
    let Err(Rejected::Flaws(flaws)) = read(&documents, &city) else {
        panic!("taken");
    };
    assert_eq!(flaws.len(), 1, "{flaws:?}");
}
