-- A nursery brought folds of other kinds. Which kinds there are, the program knows: a row
-- of an unknown kind is damage to it, and no rule of the table need repeat that.
CREATE TABLE fold_2 (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO fold_2 SELECT kind, subject, value FROM fold;
DROP TABLE fold;
ALTER TABLE fold_2 RENAME TO fold;

CREATE TABLE base_2 (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    -- SHA-256 of kind, subject and value: nothing else could tell that a row rotted.
    sum     BLOB NOT NULL CHECK (length(sum) = 32),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO base_2 SELECT kind, subject, value, sum FROM base;
DROP TABLE base;
ALTER TABLE base_2 RENAME TO base;
