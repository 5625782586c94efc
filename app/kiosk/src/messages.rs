//! Every record an operator can search for: its stable id, its place in the table of
//! `app/kiosk/MESSAGES.md`.
//!
//! `journalctl MESSAGE_ID=…` finds one; ids never change and are never used again.

/// A 128-bit id as the system's journal writes it (sd_id128: 32 hexadecimal digits).
pub type MessageId = &'static str;

macro_rules! messages {
    ($($(#[$doc:meta])+ $name:ident = $id:literal, $about:literal;)+) => {
        $($(#[$doc])+ pub const $name: MessageId = $id;)+

        /// All of them: id, name, what it says and what to do.
        pub const ALL: &[(MessageId, &str, &str)] = &[
            $(($id, stringify!($name), $about)),+
        ];
    };
}

messages! {
    /// The program serves.
    STARTED = "4a3c2d0be0b74c0f9f3b7a52c1d50a01", "The kiosk serves. Nothing to do.";
    /// The program stops on request.
    STOPPING = "4a3c2d0be0b74c0f9f3b7a52c1d50a02", "The kiosk stops because it was asked to. Nothing to do.";
    /// The program cannot start or go on.
    FAILED = "4a3c2d0be0b74c0f9f3b7a52c1d50a03", "The kiosk ends with an error; the message says which and CODE is the exit code.";
    /// A part of the program ended by a panic.
    PANICKED = "4a3c2d0be0b74c0f9f3b7a52c1d50a04", "A defect. The service is started anew by itself; send the record to the maintainers.";
    /// The watchdog was not fed.
    STALLED = "4a3c2d0be0b74c0f9f3b7a52c1d50a05", "The part named in PART makes no progress; the watchdog will restart the service if that lasts.";

    /// The terminal has no enrolment and asks for a code.
    UNENROLLED = "4a3c2d0be0b74c0f9f3b7a52c1d50a06", "This terminal is enrolled by no city, or no more (REVOKED). Type the code of `machitap-city enrol` on its screen, or run `machitap-kiosk enrol`; it goes on by itself.";
    /// The city has enrolled the terminal.
    ENROLLED = "4a3c2d0be0b74c0f9f3b7a52c1d50a07", "The city gave this terminal its identity. With CLOCK_OFF its clock is more than a day away from the city's: check the time server (UDP 123).";
    /// The city has not.
    NOT_ENROLLED = "4a3c2d0be0b74c0f9f3b7a52c1d50a08", "A code did not enrol this terminal; WHY says whether it was wrong, used or too old, or the city could not be reached at broker.host and broker.enrol_port.";

    /// A damaged journal was set aside.
    JOURNAL_REPLACED = "4a3c2d0be0b74c0f9f3b7a52c1d50a10", "A damaged journal was set aside whole and a new one begun. Keep the directory named in MOVED_TO and tell the city; replace the SD card.";
    /// The folds were made anew.
    JOURNAL_REBUILT = "4a3c2d0be0b74c0f9f3b7a52c1d50a11", "Derived tables were made anew from the facts. Nothing to do; if it comes often, replace the SD card.";
    /// Nothing can be recorded for want of room.
    JOURNAL_FULL = "4a3c2d0be0b74c0f9f3b7a52c1d50a12", "The disk is full or the journal is at its limit; cards are turned away. Free space, or bring the link up so that receipted facts can go.";
    /// Nothing can be recorded because the disk fails.
    JOURNAL_BROKEN = "4a3c2d0be0b74c0f9f3b7a52c1d50a13", "The disk does not take the journal's writes; cards are turned away. Replace the SD card.";
    /// Recording works again.
    JOURNAL_WELL = "4a3c2d0be0b74c0f9f3b7a52c1d50a14", "Facts can be recorded again. Nothing to do.";

    /// The journal has another schema now.
    JOURNAL_MIGRATED = "4a3c2d0be0b74c0f9f3b7a52c1d50a15", "A newer program gave the journal its schema; KEPT names the copy of it as it was, which goes when facts of its age do. With WHY there is none: the disk had no room for it; nothing else is wrong. With SCHEMA alone the journal is that of a later program, which this one can work with: an update was gone back from.";

    /// Cards can be read.
    READER_READY = "4a3c2d0be0b74c0f9f3b7a52c1d50a20", "Cards can be read. Nothing to do.";
    /// Cards cannot be read.
    READER_GONE = "4a3c2d0be0b74c0f9f3b7a52c1d50a21", "No card can be read; WHY says whether the reader, its service or a permission is missing. It is taken up again by itself.";
    /// A card needs a key that is not here.
    READER_KEY_MISSING = "4a3c2d0be0b74c0f9f3b7a52c1d50a22", "A card was turned away because its key version is not on this kiosk: install the keys named in reader.keys.";
    /// A card held the reader up.
    READER_STUCK = "4a3c2d0be0b74c0f9f3b7a52c1d50a23", "A card stopped answering; reading goes on when it is taken away. If no card is there, plug the reader in again.";

    /// There is no reader for a while.
    READER_AGAIN = "4a3c2d0be0b74c0f9f3b7a52c1d50a24", "There has been no reader for a while, and pcscd is to be started anew in case it has missed one; this comes back ever less often until there is one. Plug the reader in.";

    /// The broker answers and the link is subscribed.
    LINK_UP = "4a3c2d0be0b74c0f9f3b7a52c1d50a30", "Connected. Nothing to do.";
    /// The link went away.
    LINK_LOST = "4a3c2d0be0b74c0f9f3b7a52c1d50a31", "The link ended; it is tried again by itself. Taps go on.";
    /// Nobody listens at the broker's address.
    LINK_REFUSED = "4a3c2d0be0b74c0f9f3b7a52c1d50a32", "The broker cannot be reached: check broker.host, broker.port, the network, and that the broker runs.";
    /// The broker's certificate is of an authority that is not ours.
    LINK_UNKNOWN_CA = "4a3c2d0be0b74c0f9f3b7a52c1d50a33", "The broker's certificate was not issued by the authority in ca.pem: check that it is the right broker, or enrol anew.";
    /// The broker's certificate is not valid at this time.
    LINK_EXPIRED = "4a3c2d0be0b74c0f9f3b7a52c1d50a34", "The broker's certificate is expired or not valid yet: renew it, and check the kiosk's clock.";
    /// The broker's certificate is for another name.
    LINK_WRONG_NAME = "4a3c2d0be0b74c0f9f3b7a52c1d50a35", "The broker's certificate does not name broker.host: use the name in the certificate.";
    /// The broker does not take our certificate.
    LINK_NOT_ADMITTED = "4a3c2d0be0b74c0f9f3b7a52c1d50a36", "The broker does not admit this kiosk: its certificate is expired, revoked or unknown there. Enrol anew.";
    /// The broker says nothing any more.
    LINK_SILENT = "4a3c2d0be0b74c0f9f3b7a52c1d50a37", "Nothing came over the link for two keep-alives; it was dropped and is built anew.";
    /// The broker does not let us subscribe.
    LINK_NOT_SUBSCRIBED = "4a3c2d0be0b74c0f9f3b7a52c1d50a38", "The broker's access rules keep this kiosk from its topics: install the rules of `machitap-city broker-config`.";
    /// The broker took a message and said no.
    LINK_PUBLISH_REFUSED = "4a3c2d0be0b74c0f9f3b7a52c1d50a39", "The broker refused a message; REASON says why. It is sent again; check the broker's access rules and quotas.";
    /// Another failure of TLS or MQTT.
    LINK_PROTOCOL = "4a3c2d0be0b74c0f9f3b7a52c1d50a3a", "The link broke a rule of TLS or MQTT; it is built anew by itself.";

    /// A message is not what its topic carries.
    MESSAGE_IGNORED = "4a3c2d0be0b74c0f9f3b7a52c1d50a40", "A message from the broker was malformed or wrongly signed and was ignored: find out who writes to TOPIC.";
    /// The city sees a fork in the journal.
    FORK = "4a3c2d0be0b74c0f9f3b7a52c1d50a41", "The city holds other facts under this journal's numbers: a copied SD card, or a restored image. Nothing is sent or pruned until people have looked.";

    /// A command of the city is obeyed.
    OBEYED = "4a3c2d0be0b74c0f9f3b7a52c1d50a42", "A signed command of the city (`machitap-city restart`, `log-level`, `update`) is obeyed; ORDER says which. A restart waits until nobody is served, two minutes at most.";
    /// A command of the city is not obeyed.
    NOT_OBEYED = "4a3c2d0be0b74c0f9f3b7a52c1d50a43", "A command was given to another kiosk, before, or too long ago; or the disk did not take its number. Give it again if it is still wanted.";

    /// How an update of the machine stands.
    UPDATE = "4a3c2d0be0b74c0f9f3b7a52c1d50a44", "How an update of the machine stands (`machitap-city update`). A refusal says why; what was not well went back to the release before: see what machitap-health and rauc wrote at that boot.";

    /// A document is in force.
    DOCUMENT_TAKEN = "4a3c2d0be0b74c0f9f3b7a52c1d50a50", "A new document of the city is in force. Nothing to do.";
    /// A document was not taken.
    DOCUMENT_REFUSED = "4a3c2d0be0b74c0f9f3b7a52c1d50a51", "A document was damaged, rolled back, wrongly signed or invalid; the one before stays in force. Publish it again.";
    /// A document could not be kept.
    DOCUMENT_NOT_KEPT = "4a3c2d0be0b74c0f9f3b7a52c1d50a52", "A document is in force but could not be put on disk; it is fetched again after a restart.";

    /// The clock became trusted or lost its source.
    CLOCK = "4a3c2d0be0b74c0f9f3b7a52c1d50a60", "The source of the time changed to SOURCE. With UNKNOWN, check the network's time server.";

    /// Papers were written to the stick.
    PAPERS_WRITTEN = "4a3c2d0be0b74c0f9f3b7a52c1d50a80", "A month's papers were written to the stick; MONTH says which. They hold children's names: keep the stick safe.";
    /// Papers could not be made or written.
    PAPERS_FAILED = "4a3c2d0be0b74c0f9f3b7a52c1d50a81", "A month's papers could not be made or written; the message says why. Check papers.stick and the stick (full, write-protected), or use `machitap-kiosk papers`.";
    /// Nobody can ask for papers over the socket.
    NO_SOCKET = "4a3c2d0be0b74c0f9f3b7a52c1d50a82", "`machitap-kiosk papers` and `machitap-kiosk doctor` cannot reach this kiosk while it runs: check the state directory (its path is at most about 90 bytes). Everything else works.";

    /// The other house's system takes no notes.
    HAND_OFF_FAILING = "4a3c2d0be0b74c0f9f3b7a52c1d50a90", "The notes of a reception are not taken; WHY says whether the other system is away or refuses them. With CLASS=Repair, check the handoff of the catalogue: the directory, who may write to it (ReadWritePaths= of the service), the program at the address. They are given again by themselves until their day is over.";
    /// It takes them again.
    HAND_OFF_WELL = "4a3c2d0be0b74c0f9f3b7a52c1d50a91", "The other system takes the notes of a reception again. Nothing to do.";
    /// One note does not come to an end.
    HAND_OFF_STUCK = "4a3c2d0be0b74c0f9f3b7a52c1d50a92", "The other system, or the share its directory is on, has held one note up for long; no other goes meanwhile. If it lasts, look at that share, then restart the service.";

    /// No tone can be played.
    SOUND_GONE = "4a3c2d0be0b74c0f9f3b7a52c1d50a70", "Tones cannot be played: install alsa-utils, or set sound.enabled = false.";
    /// Lines cannot be spoken.
    VOICE_INCOMPLETE = "4a3c2d0be0b74c0f9f3b7a52c1d50a73", "A line was to be spoken and is in no folder, or its recording is not fit: MISSING and UNFIT name all such lines. Tones go on. Install the package's lines, mend the folder of sound.voice (`--check-config` says what is wrong with it), or set voice = \"off\" in the catalogue.";
    /// No lamp can be lit.
    LAMPS_GONE = "4a3c2d0be0b74c0f9f3b7a52c1d50a72", "The kernel does not take what is written to an LED: check the wiring, its driver and the [lamps] of the configuration, then restart the service. Everything else works.";
    /// The trace file cannot be written.
    TRACE_LOST = "4a3c2d0be0b74c0f9f3b7a52c1d50a71", "The file of --trace cannot be written; the kiosk goes on without it.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_ids_and_no_two_are_the_same() {
        let ids: BTreeSet<_> = ALL.iter().map(|(id, _, _)| id).collect();
        assert_eq!(ids.len(), ALL.len());
        for id in ids {
            assert_eq!(id.len(), 32);
            assert!(id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        }
    }

    #[test]
    fn the_operators_table_has_every_record() {
        let table = include_str!("../MESSAGES.md");
        for (id, name, about) in ALL {
            let row = format!("| `{id}` | {name} | {about} |");
            assert!(table.contains(&row), "missing or changed: {row}");
        }
        assert_eq!(table.matches("\n| `").count(), ALL.len());
    }
}
