//! The kiosk's mind: the session and the sync machines, without I/O.
