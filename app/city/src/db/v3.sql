-- Version 3: the city's word on draws. It outlives the catalogue that gave it.

-- Each table as it was published last.
CREATE TABLE draw_table (
    id          TEXT PRIMARY KEY NOT NULL,
    body        TEXT NOT NULL,
    revealed_ms INTEGER
) STRICT;
INSERT INTO draw_table (id, body)
SELECT t.value ->> '$.id', t.value
  FROM document d, json_each(CAST(d.plain AS TEXT), '$.draws') t
 WHERE d.name = 'catalogue' AND d.plain IS NOT NULL;

-- What a life of a kiosk was told that earlier ones had given. Facts that come later do not
-- change what it drew by.
CREATE TABLE draw_deal (
    table_id    TEXT NOT NULL,
    kiosk       TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    given       TEXT NOT NULL,
    PRIMARY KEY (table_id, kiosk, incarnation)
) STRICT;
