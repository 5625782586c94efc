-- Version 7: codes that enrol once, certificates that can be revoked, commands to kiosks.

ALTER TABLE kiosk ADD COLUMN revoked_ms INTEGER;

-- Codes by their ticket. `used_by` is the signing key of the terminal that used it: the same one is
-- answered again, because the first answer may have been lost.
CREATE TABLE enrol_code (
    ticket     TEXT PRIMARY KEY NOT NULL,
    code       TEXT NOT NULL,
    kiosk      TEXT NOT NULL,
    facility   TEXT NOT NULL,
    not_after  TEXT NOT NULL,
    made_ms    INTEGER NOT NULL,
    until_ms   INTEGER NOT NULL,
    tries_left INTEGER NOT NULL CHECK (tries_left >= 0),
    used_ms    INTEGER,
    used_by    TEXT
) STRICT;

-- Certificates of kiosks by serial number, hexadecimal. What was issued before there was this table
-- is not in it and cannot be revoked.
CREATE TABLE certificate (
    serial     TEXT PRIMARY KEY NOT NULL,
    kiosk      TEXT NOT NULL,
    not_after  TEXT NOT NULL,
    issued_ms  INTEGER NOT NULL,
    revoked_ms INTEGER
) STRICT;
CREATE INDEX certificate_of ON certificate (kiosk);

-- Commands to kiosks, until the broker has them. Numbers of one kiosk only grow.
CREATE TABLE command (
    kiosk    TEXT NOT NULL,
    number   INTEGER NOT NULL,
    what     TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    sent     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kiosk, number)
) STRICT;

-- What a kiosk said last of an update of its machine: JSON, as on the wire.
ALTER TABLE kiosk ADD COLUMN updating TEXT;
