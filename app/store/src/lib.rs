//! The kiosk's journal on SQLite: facts, folds, outbox, documents.
