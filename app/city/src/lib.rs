//! The city's side: ingest and receipts, documents, ledger, the day's page.
