-- Version 6: registrations at kiosks.

UPDATE fact SET watched = bytes ->> '$.body.kind'
 WHERE CASE WHEN json_valid(bytes) THEN bytes ->> '$.body.kind' END IN
       ('registered', 'relinked', 'released-id', 'registration-answered');

-- Ranges of ids that kiosks were leased, the oldest first. `life` is the journal a range is for;
-- NULL until one was heard of. A range is never leased again.
CREATE TABLE lease (
    n         INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    kiosk     TEXT NOT NULL REFERENCES kiosk (id),
    life      TEXT,
    first     TEXT NOT NULL,
    count     INTEGER NOT NULL CHECK (count > 0),
    until     TEXT NOT NULL,
    leased_ms INTEGER NOT NULL
) STRICT;

-- Ids under which a kiosk gave points for a card that was another id's, by visit pseudonym: what
-- was given goes to the card's own.
CREATE TABLE alias (
    subject TEXT PRIMARY KEY NOT NULL,
    truly   TEXT NOT NULL
) STRICT;

-- The rosters as they were published, to which registrations are added; sealed to the city's own
-- key, because they hold names and this database holds none.
CREATE TABLE roster_base (
    facility TEXT PRIMARY KEY NOT NULL,
    sealed   BLOB NOT NULL
) STRICT;

-- Areas that residents named when they were registered, by visit pseudonym; `groups.toml` goes
-- before them.
CREATE TABLE registered_area (
    subject TEXT PRIMARY KEY NOT NULL,
    area    TEXT NOT NULL
) STRICT;
