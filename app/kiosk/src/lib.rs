//! The appliance: the shell that joins reader, store, link, screens, clock and watchdog to the core.
