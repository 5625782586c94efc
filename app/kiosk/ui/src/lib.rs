//! The kiosk's screens, drawn from the core's plain views. No backend is chosen here.
