//! The city's side: what goes to it, what comes from it.

use machitap_domain::{Millis, fact::Class};
use machitap_kiosk_core::{
    Input,
    input::LinkView,
    sync::{SyncInput, SyncOutput},
};
use machitap_store::{DocumentError, ReceiptOutcome};
use machitap_wire::{
    Batch, CityState, KioskState, Receipt, Topic,
    batch::BYTES_MAX,
    command::Command,
    envelope::{self, Kind},
};
use tokio::sync::oneshot;

use super::{Engine, SOFTWARE, envelope_id, refused};
use crate::{
    documents::{Accepted, News, Rejected},
    link::{Greeting, LinkEvent, Trouble},
    messages,
};

/// The number of waiting facts on the screen changes at most this often, milliseconds.
const LINK_VIEW_EVERY_MS: Millis = 500;

/// Receipts are put on disk at most this often while many come, milliseconds. One that is
/// lost is sent again: it is retained.
const RECEIPT_EVERY_MS: Millis = 250;

/// A journal that cannot be read for sending is tried again after this, milliseconds.
const READ_AGAIN_MS: Millis = 10_000;

impl Engine {
    pub(super) fn link_says(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Opening(answer) => self.greet(answer),
            LinkEvent::Up { window, resumed } => {
                tracing::info!(
                    MESSAGE_ID = messages::LINK_UP,
                    session_no = self.session_no,
                    resumed,
                    "connected"
                );
                self.window = Some(window);
                self.tell_update();
                self.sync_input(SyncInput::Connected);
                // The city's word may have come with the subscription, before the window.
                let listening = self.city_word;
                self.sync_input(SyncInput::City { listening });
            }
            LinkEvent::Down(why) => self.link_down(&why),
            LinkEvent::Acked(token) => self.sync_input(SyncInput::Acked(token)),
            LinkEvent::Message { topic, payload } => self.message(&topic, payload),
        }
        self.update_link_view();
    }

    fn greet(&mut self, answer: oneshot::Sender<Greeting>) {
        self.city_word = false;
        match self.journal.next_session_no() {
            Ok(number) => {
                self.session_no = number;
                // Whoever asked has gone when the program stops.
                let _ = answer.send(Greeting {
                    topic: self.topic(&Topic::KioskState(self.identity.kiosk.clone())),
                    birth: self.kiosk_state(true),
                    will: self.kiosk_state(false),
                });
            }
            Err(error) => tracing::warn!(%error, "no number for a connection"),
        }
    }

    /// The birth, or the death that goes with it, signed.
    pub(super) fn kiosk_state(&mut self, online: bool) -> Vec<u8> {
        // Of a death the city takes no word about an update: it was written at the birth.
        let update = online.then(|| self.updates.for_a_birth()).flatten();
        let state = KioskState {
            session_no: self.session_no,
            online,
            incarnation: self.journal.incarnation(),
            last_seq: self.journal.last_seq(),
            clock: self.times.now().clock.quality,
            software: SOFTWARE.to_owned(),
            update,
        };
        self.seal(Kind::KioskState, &state)
    }

    fn seal<T: serde::Serialize>(&self, kind: Kind, data: &T) -> Vec<u8> {
        envelope::seal(
            kind,
            envelope_id(),
            self.identity.kiosk.as_str(),
            data,
            &self.identity.signer,
        )
    }

    pub(super) fn topic(&self, topic: &Topic) -> String {
        topic.name(&self.identity.city)
    }

    fn link_down(&mut self, why: &Trouble) {
        let was_up = self.window.take().is_some();
        self.link_trouble = Some(why.what());
        self.revoked |= *why == Trouble::Revoked;
        self.to_publish = None;
        self.sync_input(SyncInput::Disconnected);
        let id = why.message_id();
        let now = self.mono_ms();
        if was_up || self.limit.pass(id, now).is_some() {
            match why.class() {
                Class::Retry => {
                    tracing::warn!(MESSAGE_ID = id, class = ?why.class(), "{}", why.what());
                }
                _ => tracing::error!(MESSAGE_ID = id, class = ?why.class(), "{}", why.what()),
            }
        }
    }

    pub(super) fn sync_input(&mut self, input: SyncInput) {
        let now = self.mono_ms();
        for output in self.sync.handle(input, now) {
            match output {
                SyncOutput::Publish { token, from, to } => {
                    self.to_publish = Some((token, from, to));
                }
                SyncOutput::Receipted(receipt) => self.note_receipt(receipt, now),
                SyncOutput::WakeAt(at) => self.due.sync = Some(at),
            }
        }
        self.update_link_view_at(now);
    }

    /// Packs and hands over one batch; between two of them a tap has its turn.
    pub(super) fn publish_one(&mut self) {
        let Some((token, from, wanted)) = self.to_publish.take() else {
            return;
        };
        let Some(window) = self.window.clone() else {
            return;
        };
        let count = usize::try_from(wanted - from + 1).unwrap_or(usize::MAX);
        let stored = match self.journal.read(from, count, BYTES_MAX) {
            Ok(stored) => stored,
            Err(error) => {
                tracing::error!(
                    MESSAGE_ID = messages::JOURNAL_BROKEN,
                    "the journal cannot be read: {error}"
                );
                self.to_publish = Some((token, from, wanted));
                let now = self.mono_ms();
                self.due.publish = Some(now + READ_AGAIN_MS);
                return;
            }
        };
        let texts = stored
            .iter()
            .take_while(|s| s.seq <= wanted)
            .map(|s| s.text.as_str());
        let (batch, taken) = Batch::pack(self.journal.incarnation(), texts);
        let to = match taken.checked_sub(1) {
            Some(last) => {
                let payload = self.seal(Kind::Facts, &batch);
                let topic = self.topic(&Topic::Events(self.identity.kiosk.clone()));
                if let Err(error) = window.publish(token, &topic, payload) {
                    // Its end is on the way as an event of its own.
                    tracing::debug!(%error, "a batch was not taken");
                }
                stored[last].seq
            }
            // Nothing is kept there any more: the city has it.
            None => wanted,
        };
        self.sync_input(SyncInput::Packed { token, to });
    }

    fn message(&mut self, topic: &str, payload: Vec<u8>) {
        let city = self.identity.city.as_str();
        let key = &self.identity.city_key;
        match Topic::parse(&self.identity.city, topic) {
            Some(Topic::Receipts(kiosk)) if kiosk == self.identity.kiosk => {
                match envelope::open::<Receipt>(Kind::Receipt, city, &payload, key) {
                    Ok(receipt) => self.receipt(receipt),
                    Err(error) => self.ignore(topic, &error),
                }
            }
            Some(Topic::CityState) => {
                match envelope::open::<CityState>(Kind::CityState, city, &payload, key) {
                    Ok(CityState { listening }) => {
                        self.city_word = listening;
                        if self.window.is_some() {
                            self.sync_input(SyncInput::City { listening });
                        }
                    }
                    Err(error) => self.ignore(topic, &error),
                }
            }
            Some(Topic::Commands(kiosk)) if kiosk == self.identity.kiosk => {
                match envelope::open::<Command>(Kind::Command, city, &payload, key) {
                    Ok(command) => self.command(&command),
                    Err(error) => self.ignore(topic, &error),
                }
            }
            Some(Topic::Manifest(name)) => {
                let taken = self.documents.manifest(&name, &payload);
                self.document(&name.to_string(), taken);
            }
            Some(Topic::Chunk {
                name,
                version,
                index,
            }) => {
                let taken = self.documents.chunk(&name, version, index, payload);
                self.document(&name.to_string(), taken);
            }
            _ => self.ignore(topic, &"no topic this kiosk listens to"),
        }
    }

    fn ignore(&mut self, topic: &str, why: &dyn std::fmt::Display) {
        let now = self.mono_ms();
        if let Some(suppressed) = self.limit.pass(topic, now) {
            tracing::warn!(
                MESSAGE_ID = messages::MESSAGE_IGNORED,
                topic,
                suppressed,
                "a message was ignored: {why}"
            );
        }
    }

    fn receipt(&mut self, receipt: Receipt) {
        let (claimed, last_seq) = (receipt.contiguous_seq, self.journal.last_seq());
        if receipt.incarnation == self.journal.incarnation() && claimed > last_seq {
            self.fork(&format!(
                "the city counted {claimed} facts of this journal, which has {last_seq}"
            ));
            self.impossible = true;
            return;
        }
        self.sync_input(SyncInput::Receipt(receipt));
        if self.sync.forked() {
            self.fork("the city says so");
        }
    }

    fn fork(&mut self, why: &str) {
        let now = self.mono_ms();
        if self.limit.pass("fork", now).is_some() {
            tracing::error!(MESSAGE_ID = messages::FORK, "the journal forked: {why}");
        }
    }

    fn note_receipt(&mut self, receipt: Receipt, now: Millis) {
        let all = self.sync.pending() == 0;
        self.receipt = Some(receipt);
        let rested = self
            .receipt_kept_at
            .is_none_or(|at| now >= at + RECEIPT_EVERY_MS);
        if all || rested {
            self.keep_receipt();
        } else {
            self.due.receipt.get_or_insert(now + RECEIPT_EVERY_MS);
        }
    }

    pub(super) fn keep_receipt(&mut self) {
        self.due.receipt = None;
        let Some(receipt) = self.receipt.take() else {
            return;
        };
        let now = self.mono_ms();
        self.receipt_kept_at = Some(now);
        match self.journal.apply_receipt(&receipt) {
            Ok(ReceiptOutcome::Known | ReceiptOutcome::Applied { .. }) => {}
            Ok(outcome) => tracing::debug!(?outcome, "a receipt changes nothing"),
            Err(error) => tracing::warn!(%error, "a receipt is not kept; it comes again"),
        }
    }

    fn document(&mut self, name: &str, taken: Result<Option<Accepted>, Rejected>) {
        match taken {
            Ok(None) => {}
            Ok(Some(accepted)) => self.in_force(accepted),
            Err(error) => {
                let now = self.mono_ms();
                let kind = format!("document {name}: {error}");
                if let Some(suppressed) = self.limit.pass(&kind, now) {
                    tracing::warn!(
                        MESSAGE_ID = messages::DOCUMENT_REFUSED,
                        document = name,
                        suppressed,
                        "a document is not taken: {error}"
                    );
                }
            }
        }
    }

    fn in_force(&mut self, accepted: Accepted) {
        let Accepted {
            manifest,
            bytes,
            news,
        } = accepted;
        let (name, version, issued_ms) = (manifest.name, manifest.version, manifest.issued_ms);
        match self.journal.put_document(&name, version, &bytes, issued_ms) {
            Ok(()) => {}
            Err(DocumentError::Store(error)) => tracing::warn!(
                MESSAGE_ID = messages::DOCUMENT_NOT_KEPT,
                document = %name,
                version,
                "not kept across a restart: {error}"
            ),
            Err(error) => return refused(&name, &error, error.class()),
        }
        tracing::info!(
            MESSAGE_ID = messages::DOCUMENT_TAKEN,
            document = %name,
            version,
            "a document is in force"
        );
        self.input(match news {
            News::Catalogue(catalogue) => Input::Catalogue(catalogue),
            News::Roster(roster) => Input::Roster { roster, issued_ms },
            News::Ranking(ranking) => Input::Ranking(ranking),
            News::Notices(notices) => Input::Notices(notices),
            News::Absences(absences) => Input::Absences {
                absences,
                issued_ms,
            },
            News::Deals(deals) => Input::Deals(deals),
            News::Fares(fares) => Input::Fares(fares),
            News::Accounts(accounts) => Input::Accounts(accounts),
            News::AccountNews(news) => Input::AccountNews(news),
            News::Progress(progress) => Input::Progress(progress),
            News::Leases(leases) => Input::Leases(leases),
        });
    }

    pub(super) fn update_link_view(&mut self) {
        let now = self.mono_ms();
        self.update_link_view_at(now);
        if super::take_due(&mut self.due.link_view, now) {
            self.show_link(now);
        }
    }

    /// Notes that the session must hear of the link; it is told between two inputs, never
    /// in the middle of one.
    fn update_link_view_at(&mut self, now: Millis) {
        let view = self.present_link();
        if view == self.link_view {
            return;
        }
        let only_pending = LinkView {
            pending: self.link_view.pending,
            ..view
        } == self.link_view;
        let at = if only_pending {
            (self.link_view_at + LINK_VIEW_EVERY_MS).max(now)
        } else {
            now
        };
        let due = self.due.link_view.get_or_insert(at);
        *due = at.min(*due);
    }

    pub(super) fn show_link(&mut self, now: Millis) {
        self.link_view = self.present_link();
        self.link_view_at = now;
        self.input(Input::Link(self.link_view));
    }

    fn present_link(&self) -> LinkView {
        LinkView {
            connected: self.sync.connected(),
            city_listening: self.sync.city_listening(),
            pending: self.sync.pending(),
            forked: self.sync.forked() || self.journal.forked() || self.impossible,
        }
    }
}
