-- Version 4: points as the city judges them, and what it told of them.

-- Counted up by each publication, so that whoever follows the documents reads them again.
CREATE TABLE publication (n INTEGER NOT NULL) STRICT;
INSERT INTO publication (n) VALUES (0);

-- What a point rule may know of a resident, by visit pseudonym: from the rosters.
CREATE TABLE person (
    subject     TEXT PRIMARY KEY NOT NULL,
    age         TEXT,
    birth_month INTEGER
) STRICT;

-- Areas and teams, their members by visit pseudonym.
CREATE TABLE ranking_group (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

-- The city's answer to a spend. `id` is the order in which the city held them.
CREATE TABLE spend_answer (
    id          INTEGER PRIMARY KEY,
    journal     INTEGER NOT NULL REFERENCES journal (id),
    seq         INTEGER NOT NULL,
    day         TEXT NOT NULL,
    settled     INTEGER NOT NULL CHECK (settled IN (0, 1)),
    answered_ms INTEGER NOT NULL,
    UNIQUE (journal, seq)
) STRICT;

-- What a kiosk was told of its residents last, so that only changes are told again.
CREATE TABLE accounts_told (
    kiosk   TEXT PRIMARY KEY NOT NULL,
    seal_to TEXT NOT NULL,
    base    TEXT NOT NULL,
    news    TEXT NOT NULL
) STRICT;

-- Prizes that were drawn. Once: another seed would be another try.
CREATE TABLE prize_draw (
    offer    TEXT PRIMARY KEY NOT NULL,
    seed     TEXT NOT NULL,
    drawn_ms INTEGER NOT NULL
) STRICT;
