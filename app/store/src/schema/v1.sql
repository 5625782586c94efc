-- One row: the life of this journal and how far it has come.
CREATE TABLE journal (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    incarnation  BLOB    NOT NULL CHECK (length(incarnation) = 16),
    kiosk        TEXT    NOT NULL,
    -- The last fact appended; also what shows that rows at the end are gone.
    last_seq     INTEGER NOT NULL CHECK (last_seq >= 0),
    head         BLOB    NOT NULL CHECK (length(head) = 32),
    -- The last fact pruned, and how many entries its folds have.
    base_seq     INTEGER NOT NULL CHECK (base_seq >= 0),
    base_hash    BLOB    NOT NULL CHECK (length(base_hash) = 32),
    base_entries INTEGER NOT NULL CHECK (base_entries >= 0),
    receipted    INTEGER NOT NULL CHECK (receipted >= 0),
    forked       INTEGER NOT NULL CHECK (forked IN (0, 1)),
    -- SHA-256 of all of the above: a rotten number here would prune the uncounted.
    sum          BLOB    NOT NULL CHECK (length(sum) = 32),
    session_no   INTEGER NOT NULL CHECK (session_no >= 0),
    clock_floor  INTEGER
) STRICT;

CREATE TABLE fact (
    seq     INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    at_wall INTEGER NOT NULL,
    -- The bytes that were hashed, to the letter.
    bytes   TEXT    NOT NULL
) STRICT;

-- The folds over all facts.
CREATE TABLE fold (
    kind    TEXT NOT NULL CHECK (kind IN ('child', 'account')),
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- The folds over the facts that were pruned; with the rest they make the folds again.
CREATE TABLE base (
    kind    TEXT NOT NULL CHECK (kind IN ('child', 'account')),
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    -- SHA-256 of kind, subject and value: nothing else could tell that a row rotted.
    sum     BLOB NOT NULL CHECK (length(sum) = 32),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    name      TEXT    PRIMARY KEY,
    version   INTEGER NOT NULL CHECK (version >= 0),
    issued_ms INTEGER NOT NULL,
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32),
    bytes     BLOB    NOT NULL
) STRICT;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
