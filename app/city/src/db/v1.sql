-- The city's database, version 1.

CREATE TABLE kiosk (
    id          TEXT PRIMARY KEY NOT NULL,
    facility    TEXT NOT NULL,
    verifier    TEXT NOT NULL,
    seal_to     TEXT NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    seen_ms     INTEGER,
    online      INTEGER NOT NULL DEFAULT 0,
    software    TEXT
) STRICT;

-- One life of a kiosk's journal.
CREATE TABLE journal (
    id          INTEGER PRIMARY KEY,
    kiosk       TEXT NOT NULL REFERENCES kiosk (id),
    incarnation TEXT NOT NULL,
    contiguous  INTEGER NOT NULL DEFAULT 0,
    announced   INTEGER NOT NULL DEFAULT 0,
    session_no  INTEGER NOT NULL DEFAULT 0,
    forked      INTEGER NOT NULL DEFAULT 0,
    broken_seq  INTEGER,
    UNIQUE (kiosk, incarnation)
) STRICT;

CREATE TABLE fact (
    id          INTEGER PRIMARY KEY,
    journal     INTEGER NOT NULL REFERENCES journal (id),
    seq         INTEGER NOT NULL CHECK (seq > 0),
    hash        BLOB NOT NULL CHECK (length(hash) = 32),
    prev        BLOB NOT NULL CHECK (length(prev) = 32),
    facility    TEXT NOT NULL,
    shown_ms    INTEGER NOT NULL,
    quality     INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes       TEXT NOT NULL
) STRICT;

-- Each fact is counted once: this index is the whole of it.
CREATE UNIQUE INDEX fact_once ON fact (journal, seq);
CREATE INDEX fact_by_time ON fact (shown_ms);
CREATE INDEX fact_unsure ON fact (journal) WHERE quality = 0;

-- The clock of a boot, once it was known.
CREATE TABLE boot_clock (
    journal      INTEGER NOT NULL REFERENCES journal (id),
    boot         TEXT NOT NULL,
    boot_wall_ms INTEGER NOT NULL,
    PRIMARY KEY (journal, boot)
) STRICT;

-- Another fact under a key that is taken.
CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    journal     INTEGER NOT NULL REFERENCES journal (id),
    seq         INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    bytes       TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    UNIQUE (journal, seq, hash)
) STRICT;

-- What could not be taken at all. The same again is counted, not kept again.
CREATE TABLE dead_letter (
    id        INTEGER PRIMARY KEY,
    kiosk     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    sha256    BLOB NOT NULL,
    size      INTEGER NOT NULL,
    head      BLOB NOT NULL,
    times     INTEGER NOT NULL DEFAULT 1,
    first_ms  INTEGER NOT NULL,
    last_ms   INTEGER NOT NULL,
    UNIQUE (kiosk, sha256)
) STRICT;

-- The documents in force, as they go over the wire.
CREATE TABLE document (
    name        TEXT PRIMARY KEY NOT NULL,
    version     INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    wire        BLOB NOT NULL,
    plain       BLOB,
    issued_ms   INTEGER NOT NULL,
    sent        INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Chunks of older versions that may still be retained at the broker.
CREATE TABLE stale_chunks (
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    chunks  INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

-- Who chose to show a nickname in the ranking.
CREATE TABLE nickname (
    subject  TEXT PRIMARY KEY NOT NULL,
    nickname TEXT NOT NULL
) STRICT;
